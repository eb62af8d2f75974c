import { encodedSegment } from "../../../assembly/bytes/percent-encode";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, jsonInteger, JsonKind, jsonKind, jsonNext } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { ServiceCall } from "../../../assembly/service/call";
import { MatchSink, PARTITION, ScoreKind, VectorRecord, VectorStore } from "./vector-store";

/** Less than the store takes in one document. */
const MOST_ENTRY_BYTES: i32 = 32 << 10;

/** DashVector. https://help.aliyun.com/en/document_detail/2510319.html */
export class DashVector extends VectorStore {
  private path: string = "";

  static read(reader: ConfigReader): VectorStore {
    const store = new DashVector("dashvector");
    if (!reader.has("serviceHost")) reader.fail("serviceHost", "is required: the endpoint of the cluster");
    store.readCommon(reader);
    store.readCollection(reader);
    store.readApiKey(reader, true);
    store.path = `/v1/collections/${encodedSegment(store.collection)}`;
    return store;
  }

  override get scores(): ScoreKind {
    return ScoreKind.Either;
  }

  override get maxEntryBytes(): i32 {
    return MOST_ENTRY_BYTES;
  }

  override writeQuery(partition: Slice, vector: Slice, call: ServiceCall): void {
    const json = this.begin(`${this.path}/query`, call).key("vector").raw(vector).key("topk").integer(this.top);
    json
      .key("include_vector")
      .boolean(false)
      .key("filter")
      .text(this.expression(" = '", partition, "'"))
      .endObject();
  }

  override readMatches(root: Slice, sink: MatchSink): bool {
    const output = jsonGet(root, "output");
    for (let item = jsonFirst(output); item != ABSENT; item = jsonNext(output, item))
      if (!sink.takeFields(jsonGet(item, "score"), jsonGet(item, "fields"))) break;
    return this.isStored(root) && jsonKind(output) == JsonKind.Array;
  }

  /** https://help.aliyun.com/en/document_detail/2510320.html */
  override writeUpsert(record: VectorRecord, call: ServiceCall): void {
    const json = this.begin(`${this.path}/docs/upsert`, call).key("docs").beginArray().beginObject();
    json.key("id").text(record.key).key("vector").raw(record.vector).key("fields");
    this.writeFields(record, json);
    json.endObject().endArray().endObject();
  }

  override isStored(root: Slice): bool {
    return jsonInteger(jsonGet(root, "code"), -1) == 0;
  }

  private begin(path: string, call: ServiceCall): JsonWriter {
    const json = call.post(path);
    call.headers.setText("dashvector-auth-token", this.apiKey);
    return json;
  }
}
