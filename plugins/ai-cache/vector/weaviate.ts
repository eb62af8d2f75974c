import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonAt, jsonEquals, jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { uuidOf } from "./uuid";
import { ENTRY, KEY, MatchSink, PARTITION, ScoreKind, VectorRecord, VectorStore } from "./vector-store";

const KEPT_BYTES: i32 = 16 << 10;

const query = new ByteBuffer();

/** Weaviate. https://docs.weaviate.io/weaviate/api/graphql/search-operators */
export class Weaviate extends VectorStore {
  static read(reader: ConfigReader): VectorStore {
    const store = new Weaviate("weaviate");
    store.readCommon(reader);
    store.readCollection(reader);
    store.readApiKey(reader, false);
    if (store.collection.length && !isClass(store.collection))
      reader.fail("collectionID", "must begin with a capital letter, and have letters, digits and _ alone");
    return store;
  }

  override get scores(): ScoreKind {
    return ScoreKind.Distance;
  }

  override writeQuery(partition: Slice, vector: Slice, call: ServiceCall): void {
    query.clear();
    query.text(`{Get{${this.collection}(limit:`).integer(this.top).text(`,nearVector:{vector:`).append(vector);
    query.text(`},where:{path:["${PARTITION}"],operator:Equal,valueText:"`).append(partition);
    query.text(`"}){${PARTITION} ${KEY} ${this.keepsEntries ? ENTRY : ""} _additional{distance}}}}`);
    call.post("/v1/graphql").key("query").text(query.slice).endObject();
    query.release(KEPT_BYTES);
    this.authorize(call);
  }

  override readMatches(root: Slice, sink: MatchSink): bool {
    const objects = jsonGet(jsonGet(jsonGet(root, "data"), "Get"), this.collection);
    for (let item = jsonFirst(objects); item != ABSENT; item = jsonNext(objects, item))
      if (!sink.takeFields(jsonGet(jsonGet(item, "_additional"), "distance"), item)) break;
    return jsonKind(objects) == JsonKind.Array;
  }

  /** An object of a batch takes the place of the one with its id. https://docs.weaviate.io/weaviate/manage-objects/import */
  override writeUpsert(record: VectorRecord, call: ServiceCall): void {
    const json = call.post("/v1/batch/objects").key("objects").beginArray().beginObject();
    json.key("class").string(this.collection).key("id").text(uuidOf(record.key)).key("vector").raw(record.vector);
    json.key("properties");
    this.writeFields(record, json);
    json.endObject().endArray().endObject();
    this.authorize(call);
  }

  override isStored(root: Slice): bool {
    return jsonEquals(jsonGet(jsonGet(jsonAt(root, 0), "result"), "status"), "SUCCESS");
  }

  private authorize(call: ServiceCall): void {
    if (this.apiKey.length) call.headers.setText("authorization", `Bearer ${this.apiKey}`);
  }
}

/** Whether a text is the name of a collection, which stands in a query. */
function isClass(name: string): bool {
  for (let i = 0; i < name.length; i++) {
    const unit = <u32>name.charCodeAt(i);
    const isWord = (unit | 0x20) - 0x61 < 26 || unit - 0x30 < 10 || unit == 0x5f;
    if (!isWord || (i == 0 && unit - 0x41 >= 26)) return false;
  }
  return true;
}
