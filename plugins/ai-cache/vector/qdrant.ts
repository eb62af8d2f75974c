import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { encodedSegment } from "../../../assembly/bytes/percent-encode";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, jsonNext } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { MatchSink, PARTITION, ScoreKind, VectorRecord, VectorStore } from "./vector-store";
import { uuidOf } from "./uuid";

/** Qdrant. https://api.qdrant.tech/api-reference/search/query-points */
export class Qdrant extends VectorStore {
  private path: string = "";

  static read(reader: ConfigReader): VectorStore {
    const store = new Qdrant("qdrant");
    store.readCommon(reader);
    store.readCollection(reader);
    store.readApiKey(reader, false);
    store.path = `/collections/${encodedSegment(store.collection)}/points`;
    return store;
  }

  override get scores(): ScoreKind {
    return ScoreKind.Either;
  }

  override writeQuery(partition: Slice, vector: Slice, call: ServiceCall): void {
    const json = call.post(`${this.path}/query`).key("query").raw(vector).key("limit").integer(this.top);
    json.key("with_payload").boolean(true).key("filter").beginObject().key("must").beginArray().beginObject();
    json.key("key").string(PARTITION).key("match").beginObject().key("value").text(partition).endObject();
    json.endObject().endArray().endObject().endObject();
    this.authorize(call);
  }

  override readMatches(root: Slice, sink: MatchSink): bool {
    const points = jsonGet(jsonGet(root, "result"), "points");
    for (let point = jsonFirst(points); point != ABSENT; point = jsonNext(points, point))
      if (!sink.takeFields(jsonGet(point, "score"), jsonGet(point, "payload"))) break;
    return points != ABSENT;
  }

  /** https://api.qdrant.tech/api-reference/points/upsert-points */
  override writeUpsert(record: VectorRecord, call: ServiceCall): void {
    const json = call.put(this.path).key("points").beginArray().beginObject();
    json.key("id").text(uuidOf(record.key)).key("vector").raw(record.vector).key("payload");
    this.writeFields(record, json);
    json.endObject().endArray().endObject();
    this.authorize(call);
  }

  private authorize(call: ServiceCall): void {
    if (this.apiKey.length) call.headers.setText("api-key", this.apiKey);
  }
}
