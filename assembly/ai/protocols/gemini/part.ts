import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { compactJson } from "../../../json/compact";
import { JsonFields } from "../../../json/fields";
import { jsonContent, jsonGet, jsonIsTrue, jsonKind, JsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { escapeJson } from "../../../json/writer";
import { Choice } from "../../hub/choices";
import { ResponseSink } from "../../hub/response-sink";

const KEPT_BYTES = 4096;

const compact = new ByteBuffer();
const escaped = new ByteBuffer();
const noArguments = new ByteBuffer().text("{}");

/** One part of a candidate. https://ai.google.dev/api/caching#Part */
export class GeminiPart extends JsonFields {
  private text: Slice = ABSENT;
  private signature: Slice = ABSENT;
  private call: Slice = ABSENT;
  private data: Slice = ABSENT;
  private isThought: bool = false;
  private isCode: bool = false;

  constructor() {
    super(offsetof<GeminiPart>());
  }

  protected take(walker: JsonWalker): void {
    if (walker.keyIs("text")) this.text = jsonContent(walker.value());
    else if (walker.keyIs("thought")) this.isThought = jsonIsTrue(walker.value());
    else if (walker.keyIs("thoughtSignature")) this.signature = jsonContent(walker.value());
    else if (walker.keyIs("functionCall")) this.call = walker.value();
    else if (walker.keyIs("inlineData")) this.data = walker.value();
    else if (walker.keyIs("executableCode") || walker.keyIs("codeExecutionResult")) {
      this.isCode = jsonKind(walker.value()) == JsonKind.Object;
    } else walker.value();
  }

  /** Gives the part to a sink. A signature comes before what it stands at, behind reasoning, and alone for an empty text. */
  give(choice: Choice, sink: ResponseSink): void {
    if (this.isCode) sink.lose();
    if (this.isThought) sink.reasoning(choice, this.text);
    if (sliceSize(this.signature)) sink.signature(choice, this.signature);
    if (this.isThought) return;
    sink.text(choice, this.text);
    if (jsonKind(this.call) == JsonKind.Object) giveCall(choice, this.call, sink);
    if (jsonKind(this.data) == JsonKind.Object) giveData(choice, this.data, sink);
  }
}

/** Gives a tool call, which comes whole in one part. */
function giveCall(choice: Choice, value: Slice, sink: ResponseSink): void {
  const id = jsonContent(jsonGet(value, "id"));
  const call = sink.toolCall(choice, choice.calls, id, jsonContent(jsonGet(value, "name")));
  if (call === null) return;
  const args = jsonGet(value, "args");
  if (jsonKind(args) != JsonKind.Object) {
    sink.toolArguments(choice, call, noArguments.slice);
    return;
  }
  compact.release(KEPT_BYTES);
  escaped.release(KEPT_BYTES);
  compactJson(args, compact);
  escapeJson(compact.slice, escaped);
  sink.toolArguments(choice, call, escaped.slice);
}

/** Gives a picture that the model made as Markdown, for which each client has a place. */
function giveData(choice: Choice, value: Slice, sink: ResponseSink): void {
  const data = jsonContent(jsonGet(value, "data"));
  if (!sliceSize(data)) return;
  escaped.release(KEPT_BYTES);
  escaped
    .text("![image](data:")
    .append(jsonContent(jsonGet(value, "mimeType")))
    .text(";base64,")
    .append(data)
    .byte(0x29);
  sink.text(choice, escaped.slice);
  // Google's places are in a text without it.
  const places = sink.places;
  if (places) places.lose();
}
