import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, jsonInteger, JsonKind, jsonKind, jsonNext } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { ServiceCall } from "../../../assembly/service/call";
import { ENTRY, KEY, MatchSink, PARTITION, ScoreKind, VectorRecord, VectorStore } from "./vector-store";

/** The longest text of a field is 65,535 bytes. */
const MOST_ENTRY_BYTES: i32 = 60_000;

/** Milvus, and Zilliz Cloud. https://milvus.io/api-reference/restful/v2.6.x/v2/Vector%20(v2)/Search.md */
export class Milvus extends VectorStore {
  static read(reader: ConfigReader): VectorStore {
    const store = new Milvus("milvus");
    store.readCommon(reader);
    store.readCollection(reader);
    store.readApiKey(reader, false);
    return store;
  }

  override get scores(): ScoreKind {
    return ScoreKind.Either;
  }

  override get maxEntryBytes(): i32 {
    return MOST_ENTRY_BYTES;
  }

  override writeQuery(partition: Slice, vector: Slice, call: ServiceCall): void {
    const json = this.begin("/v2/vectordb/entities/search", call);
    json.key("data").beginArray().raw(vector).endArray().key("annsField").string("vector");
    json
      .key("limit")
      .integer(this.top)
      .key("filter")
      .text(this.expression(' == "', partition, '"'));
    json.key("outputFields").beginArray().string(PARTITION).string(KEY);
    if (this.keepsEntries) json.string(ENTRY);
    json.endArray().endObject();
  }

  override readMatches(root: Slice, sink: MatchSink): bool {
    const data = jsonGet(root, "data");
    for (let item = jsonFirst(data); item != ABSENT; item = jsonNext(data, item))
      if (!sink.takeFields(jsonGet(item, "distance"), item)) break;
    return this.isStored(root) && jsonKind(data) == JsonKind.Array;
  }

  /** As in Higress, the collection numbers its records itself (`autoId`). */
  override writeUpsert(record: VectorRecord, call: ServiceCall): void {
    const json = this.begin("/v2/vectordb/entities/insert", call).key("data").beginArray().beginObject();
    json.key("vector").raw(record.vector);
    this.writeMembers(record, json);
    json.endObject().endArray().endObject();
  }

  /** A response with an error has the status 200, too. */
  override isStored(root: Slice): bool {
    return jsonInteger(jsonGet(root, "code"), -1) == 0;
  }

  private begin(path: string, call: ServiceCall): JsonWriter {
    const json = call.post(path).key("collectionName").string(this.collection);
    if (this.apiKey.length) call.headers.setText("authorization", `Bearer ${this.apiKey}`);
    return json;
  }
}
