import { encodeBase64 } from "../../../assembly/bytes/base64";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodedSegment } from "../../../assembly/bytes/percent-encode";
import { ABSENT, Slice, sliceOfBuffer, sliceToString } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { ENTRY, KEY, MatchSink, PARTITION, ScoreKind, VectorRecord, VectorStore } from "./vector-store";

/** Elasticsearch, whose index has a field `embedding` of the type `dense_vector`. https://www.elastic.co/docs/solutions/search/vector/knn */
export class Elasticsearch extends VectorStore {
  private path: string = "";
  private authorization: string = "";

  static read(reader: ConfigReader): VectorStore {
    const store = new Elasticsearch("elasticsearch");
    store.readCommon(reader);
    store.readCollection(reader);
    store.path = `/${encodedSegment(store.collection)}/`;
    const key = store.readApiKey(reader, false);
    store.authorization = key.length ? `ApiKey ${key}` : basic(reader.text("esUsername"), reader.text("esPassword"));
    return store;
  }

  override get scores(): ScoreKind {
    return ScoreKind.Similarity;
  }

  override writeQuery(partition: Slice, vector: Slice, call: ServiceCall): void {
    const json = call.post(`${this.path}_search`).key("knn").beginObject().key("field").string("embedding");
    json.key("query_vector").raw(vector).key("k").integer(this.top).key("num_candidates").integer(100);
    json.key("filter").beginObject().key("term").beginObject().key(PARTITION).text(partition).endObject().endObject();
    json.endObject().key("size").integer(this.top).key("_source").beginArray();
    json.string(PARTITION).string(KEY).string(ENTRY).endArray().endObject();
    this.authorize(call);
  }

  override readMatches(root: Slice, sink: MatchSink): bool {
    const hits = jsonGet(jsonGet(root, "hits"), "hits");
    for (let hit = jsonFirst(hits); hit != ABSENT; hit = jsonNext(hits, hit))
      if (!sink.takeFields(jsonGet(hit, "_score"), jsonGet(hit, "_source"))) break;
    return jsonKind(hits) == JsonKind.Array;
  }

  /** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-index */
  override writeUpsert(record: VectorRecord, call: ServiceCall): void {
    const json = call
      .put(`${this.path}_doc/${sliceToString(record.key)}`)
      .key("embedding")
      .raw(record.vector);
    this.writeMembers(record, json);
    json.endObject();
    this.authorize(call);
  }

  private authorize(call: ServiceCall): void {
    if (this.authorization.length) call.headers.setText("authorization", this.authorization);
  }
}

/** Basic authentication; "" without a user. */
function basic(user: string, password: string): string {
  if (!user.length) return "";
  const pair = String.UTF8.encode(`${user}:${password}`);
  const encoded = new ByteBuffer();
  encodeBase64(sliceOfBuffer(pair), encoded);
  const text = "Basic " + sliceToString(encoded.slice);
  encoded.dispose();
  return text;
}
