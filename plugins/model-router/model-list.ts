import { isListed } from "../../assembly/ai/model-list";
import { utcTime } from "../../assembly/ai/utc-time";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, sliceToString } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { edgeFault } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { JsonWriter } from "../../assembly/json/writer";

/** 9999-12-31T23:59:59Z, the last second that RFC 3339 can write. */
const LAST_SECOND: i64 = 253_402_300_799;

const out = new ByteBuffer();

/** The configured models, each as the objects that OpenAI's and Anthropic's clients expect. */
export class ModelList {
  private readonly ids: TextTable = new TextTable();
  private readonly openAi: ArrayBuffer[] = [];
  private readonly anthropic: ArrayBuffer[] = [];

  /** Reads the option `models`. */
  static read(reader: ConfigReader): ModelList {
    const list = new ModelList();
    const models = reader.each("models");
    while (models.next()) list.add(models);
    return list;
  }

  /**
   * Appends the list, of those models that `allowed`, a JSON list of names and of `x*`, covers; `ABSENT` for all.
   * https://platform.openai.com/docs/api-reference/models/list
   */
  write(allowed: Slice, json: ByteBuffer): void {
    const writer = new JsonWriter(json).beginObject().key("object").string("list").key("data").beginArray();
    for (let i = 0; i < this.ids.count; i++) {
      if (this.isAllowed(i, allowed)) writer.raw(sliceOfBuffer(this.openAi[i]));
    }
    writer.endArray().endObject();
  }

  /** Appends the same as Anthropic's one page. https://platform.claude.com/docs/en/api/models-list */
  writeForAnthropic(allowed: Slice, json: ByteBuffer): void {
    let first = -1;
    let last = -1;
    const writer = new JsonWriter(json).beginObject().key("data").beginArray();
    for (let i = 0; i < this.ids.count; i++) {
      if (!this.isAllowed(i, allowed)) continue;
      if (first < 0) first = i;
      last = i;
      writer.raw(sliceOfBuffer(this.anthropic[i]));
    }
    writer.endArray().key("has_more").boolean(false).key("first_id");
    if (first < 0) writer.nothing().key("last_id").nothing();
    else writer.text(this.ids.at(first)).key("last_id").text(this.ids.at(last));
    writer.endObject();
  }

  /** The object of one model; `ABSENT` if there is none of that id, or none that is allowed. */
  find(id: Slice, allowed: Slice, isForAnthropic: bool): Slice {
    const number = this.ids.find(id);
    if (number < 0 || !this.isAllowed(number, allowed)) return ABSENT;
    return sliceOfBuffer(isForAnthropic ? this.anthropic[number] : this.openAi[number]);
  }

  private isAllowed(number: i32, allowed: Slice): bool {
    return sliceSize(allowed) == 0 || isListed(this.ids.at(number), allowed);
  }

  private add(reader: ConfigReader): void {
    const id = reader.requiredTextOrNumber("id");
    const owner = reader.text("owned_by", "gateway");
    const name = reader.text("display_name", id);
    const created = reader.integer("created", 0, 0, LAST_SECOND);
    const fault = edgeFault(id);
    if (fault.length && id.trim().length) reader.fail("id", fault);
    const count = this.ids.count;
    this.ids.add(sliceOfBuffer(String.UTF8.encode(id)));
    if (this.ids.count == count) {
      if (id.length) reader.fail("id", "stands twice in models");
      return;
    }
    out.clear();
    const writer = new JsonWriter(out);
    writer.beginObject().key("id").string(id).key("object").string("model");
    writer.key("created").integer(created).key("owned_by").string(owner).endObject();
    this.openAi.push(kept(out));
    out.clear();
    writer.reset().beginObject().key("type").string("model").key("id").string(id).key("display_name").string(name);
    writer.key("created_at").string(utcTime(created)).endObject();
    this.anthropic.push(kept(out));
  }
}

function kept(bytes: ByteBuffer): ArrayBuffer {
  return String.UTF8.encode(sliceToString(bytes.slice));
}
