import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../../assembly/bytes/slice";
import { edgeFault } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { jsonEquals, jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext, jsonUtf8 } from "../../assembly/json/value";
import { PatternError } from "../../assembly/pattern/error";
import { PatternFlags } from "../../assembly/pattern/flags";
import { PatternSet } from "../../assembly/pattern/pattern-set";

/** The name by which a client leaves the choice of the model to the gateway. */
export const AUTO_MODEL = "higress/auto";

const document = new JsonDocument();
const text = new ByteBuffer();
const KEPT_BYTES = 64 * 1024;

/** Chooses a model by what the user says: the option `autoRouting`. */
export class AutoRouting {
  private readonly patterns: PatternSet[] = [];
  private readonly models: ArrayBuffer[] = [];
  private fallback: ArrayBuffer | null = null;

  /** Reads the option; `null` if it is off. */
  static read(reader: ConfigReader): AutoRouting | null {
    const options = reader.object("autoRouting");
    if (options === null) return null;
    const isOn = options.boolean("enable", false);
    const auto = new AutoRouting();
    if (options.has("defaultModel")) auto.fallback = String.UTF8.encode(modelOf(options, "defaultModel"));
    const rules = options.objects("rules");
    for (let i = 0; i < rules.length; i++) auto.add(rules[i]);
    if (!isOn) return null;
    if (!auto.models.length && !auto.fallback) options.refuse("must choose something, by rules or defaultModel");
    return auto;
  }

  /** The model for a whole body; `ABSENT` if no rule matches and there is no default, or the body is not valid. */
  choose(body: Slice): Slice {
    if (document.parse(body) != JsonError.None || document.duplicate != ABSENT) return ABSENT;
    text.release(KEPT_BYTES);
    const said = lastUserText(document, text);
    if (sliceSize(said)) {
      for (let i = 0; i < this.patterns.length; i++) {
        if (this.patterns[i].search(said) >= 0) return sliceOfBuffer(this.models[i]);
      }
    }
    const fallback = this.fallback;
    return fallback ? sliceOfBuffer(fallback) : ABSENT;
  }

  private add(reader: ConfigReader): void {
    const pattern = reader.requiredText("pattern");
    const model = modelOf(reader, "model");
    if (!pattern.length) return;
    const error = new PatternError();
    const compiled = PatternSet.compile([pattern], PatternFlags.None, error);
    if (!compiled) {
      reader.fail("pattern", `is not supported: ${error.message}`);
      return;
    }
    this.patterns.push(compiled);
    this.models.push(String.UTF8.encode(model));
  }
}

/** A model that a header can hold. */
function modelOf(reader: ConfigReader, option: string): string {
  const model = reader.requiredText(option);
  const fault = edgeFault(model);
  if (fault.length && model.trim().length) reader.fail(option, fault);
  return model;
}

/**
 * What the user said last, in UTF-8: the last text of the last message of a chat with one, or of the input of
 * `/v1/responses`; `ABSENT` if there is none.
 */
function lastUserText(request: JsonDocument, scratch: ByteBuffer): Slice {
  const messages = request.get("messages");
  const list = jsonKind(messages) == JsonKind.Array ? messages : request.get("input");
  let token = jsonKind(list) == JsonKind.String ? list : ABSENT;
  for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
    if (!jsonEquals(jsonGet(item, "role"), "user")) continue;
    const content = jsonGet(item, "content");
    if (jsonKind(content) == JsonKind.String) token = content;
    for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
      const type = jsonGet(part, "type");
      const value = jsonGet(part, "text");
      const isText = jsonEquals(type, "text") || jsonEquals(type, "input_text");
      if (isText && jsonKind(value) == JsonKind.String) token = value;
    }
  }
  return token == ABSENT ? ABSENT : jsonUtf8(token, scratch);
}
