import { encodeBase64 } from "../../../assembly/bytes/base64";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { percentEncode } from "../../../assembly/bytes/percent-encode";
import { ABSENT, Slice, sliceOfBuffer, sliceToString } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { Engine, objectOf, ResultSink, words } from "./engine";
import { ServiceCall } from "../../../assembly/service/call";
import { ResultDraft } from "./result-draft";
import { EngineKind, SearchQuery } from "./search-query";

const MOST_QUERY: i32 = 1000;

/** An index of Elasticsearch. https://www.elastic.co/docs/reference/elasticsearch/rest-apis/retrievers/rrf-retriever */
export class Elasticsearch extends Engine {
  private path: string = "";
  private contentField: string = "";
  private semanticField: string = "";
  private linkField: string = "";
  private titleField: string = "";
  private authorization: string = "";
  private refers: bool = false;

  /** `refers`: whether the response names the sources, which then need a title and a link. */
  static read(reader: ConfigReader, refers: bool): Engine {
    const engine = new Elasticsearch("elasticsearch", EngineKind.Private);
    engine.refers = refers;
    engine.readCommon(reader, "", "");
    engine.path = searchPath(reader.requiredText("index"));
    engine.contentField = reader.requiredText("contentField");
    engine.semanticField = reader.text("semanticTextField");
    engine.linkField = refers ? reader.requiredText("linkField") : reader.text("linkField");
    engine.titleField = refers ? reader.requiredText("titleField") : reader.text("titleField");
    engine.authorization = credentials(reader);
    return engine;
  }

  override get needsLink(): bool {
    return this.refers;
  }

  override writeCall(query: SearchQuery, call: ServiceCall): void {
    const text = words(query, MOST_QUERY);
    const json = call.post(this.path).key("retriever").beginObject();
    if (this.semanticField.length) {
      json.key("rrf").beginObject().key("retrievers").beginArray().beginObject();
      this.writeMatch(json, text);
      json.endObject().beginObject().key("standard").beginObject().key("query").beginObject();
      json.key("semantic").beginObject().key("field").string(this.semanticField).key("query").text(text);
      json.endObject().endObject().endObject().endObject().endArray();
      // Results behind the window do not exist.
      json.key("rank_window_size").integer(this.start + this.count);
      json.endObject();
    } else this.writeMatch(json, text);
    json.endObject();
    json.endObject();
    call.number("from", this.start).number("size", this.count);
    this.addOptions(call);
    if (this.authorization.length) call.headers.setText("authorization", this.authorization);
  }

  override readReply(body: Slice, draft: ResultDraft, sink: ResultSink): bool {
    const hits = jsonGet(jsonGet(objectOf(body), "hits"), "hits");
    for (let hit = jsonFirst(hits); hit != ABSENT; hit = jsonNext(hits, hit)) {
      const source = jsonGet(hit, "_source");
      const content = fieldOf(source, this.contentField);
      draft.begin(fieldOf(source, this.titleField), fieldOf(source, this.linkField), content);
      if (!sink.take(draft)) break;
    }
    return hits != ABSENT;
  }

  private writeMatch(json: JsonWriter, text: Slice): void {
    json.key("standard").beginObject().key("query").beginObject().key("match").beginObject();
    json.key(this.contentField).text(text);
    json.endObject().endObject().endObject();
  }
}

/** The value of a field, whose name may be a path with dots; of a `semantic_text` its text. */
function fieldOf(source: Slice, field: string): Slice {
  if (!field.length) return ABSENT;
  let value = jsonGet(source, field);
  if (value == ABSENT) {
    value = source;
    const names = field.split(".");
    for (let i = 0; i < names.length && value != ABSENT; i++) value = jsonGet(value, names[i]);
  }
  return jsonKind(value) == JsonKind.Object ? jsonGet(value, "text") : value;
}

function searchPath(index: string): string {
  const name = String.UTF8.encode(index);
  const path = new ByteBuffer();
  path.byte(0x2f);
  percentEncode(sliceOfBuffer(name), path);
  const text = sliceToString(path.slice) + "/_search";
  path.dispose();
  return text;
}

/** Basic authentication, or an API key in Elasticsearch's own encoding; "" for neither. */
function credentials(reader: ConfigReader): string {
  const username = reader.text("username");
  const password = reader.text("password");
  const apiKey = reader.text("apiKey");
  if (apiKey.length) return `ApiKey ${apiKey}`;
  if (!username.length && !password.length) return "";
  const pair = String.UTF8.encode(`${username}:${password}`);
  const encoded = new ByteBuffer();
  encodeBase64(sliceOfBuffer(pair), encoded);
  const text = "Basic " + sliceToString(encoded.slice);
  encoded.dispose();
  return text;
}
