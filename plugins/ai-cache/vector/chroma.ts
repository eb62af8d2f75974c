import { encodedSegment } from "../../../assembly/bytes/percent-encode";
import { ABSENT, Slice, sliceOfBuffer, sliceToString } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonAt, jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext, jsonPlain } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { isUuid } from "./uuid";
import { KEY, MatchSink, PARTITION, ScoreKind, VectorRecord, VectorStore } from "./vector-store";

/**
 * Chroma, whose API of version 2 knows collections by their UUID: the one of a name is asked for once.
 * https://docs.trychroma.com/reference/chroma-reference
 */
export class Chroma extends VectorStore {
  private path: string = "";
  private isNamed: bool = false;
  /** The UUID of the collection; "" as long as it is not known. */
  private id: string = "";

  static read(reader: ConfigReader): VectorStore {
    const store = new Chroma("chroma");
    store.readCommon(reader);
    store.readCollection(reader);
    store.readApiKey(reader, false);
    const tenant = encodedSegment(reader.text("tenant", "default_tenant"));
    const database = encodedSegment(reader.text("database", "default_database"));
    store.path = `/api/v2/tenants/${tenant}/databases/${database}/collections/`;
    const name = String.UTF8.encode(store.collection);
    store.isNamed = !isUuid(sliceOfBuffer(name));
    if (!store.isNamed) store.id = store.collection;
    return store;
  }

  override get scores(): ScoreKind {
    return ScoreKind.Distance;
  }

  override get needsAddress(): bool {
    return !this.id.length;
  }

  override writeAddressCall(call: ServiceCall): void {
    call.get(this.path + encodedSegment(this.collection));
    this.authorize(call);
  }

  override readAddress(root: Slice): bool {
    const id = jsonPlain(jsonGet(root, "id"));
    if (!isUuid(id)) return false;
    this.id = sliceToString(id);
    return true;
  }

  override forgetAddress(): void {
    if (this.isNamed) this.id = "";
  }

  override writeQuery(partition: Slice, vector: Slice, call: ServiceCall): void {
    const json = call.post(`${this.path}${this.id}/query`);
    json.key("query_embeddings").beginArray().raw(vector).endArray().key("n_results").integer(this.top);
    json.key("where").beginObject().key(PARTITION).text(partition).endObject();
    json.key("include").beginArray().string("metadatas").string("documents").string("distances").endArray();
    json.endObject();
    this.authorize(call);
  }

  override readMatches(root: Slice, sink: MatchSink): bool {
    const distances = jsonAt(jsonGet(root, "distances"), 0);
    const metadatas = jsonAt(jsonGet(root, "metadatas"), 0);
    const documents = jsonAt(jsonGet(root, "documents"), 0);
    let fields = jsonFirst(metadatas);
    let document = jsonFirst(documents);
    for (let item = jsonFirst(distances); item != ABSENT; item = jsonNext(distances, item)) {
      if (!sink.take(item, jsonGet(fields, PARTITION), jsonGet(fields, KEY), document)) break;
      if (fields != ABSENT) fields = jsonNext(metadatas, fields);
      if (document != ABSENT) document = jsonNext(documents, document);
    }
    return jsonKind(distances) == JsonKind.Array;
  }

  override writeUpsert(record: VectorRecord, call: ServiceCall): void {
    const json = call.post(`${this.path}${this.id}/upsert`);
    json.key("ids").beginArray().text(record.key).endArray();
    json.key("embeddings").beginArray().raw(record.vector).endArray();
    json.key("metadatas").beginArray().beginObject();
    json.key(PARTITION).text(record.partition).key(KEY).text(record.key).endObject().endArray();
    if (record.entry != ABSENT) json.key("documents").beginArray().text(record.entry).endArray();
    json.endObject();
    this.authorize(call);
  }

  private authorize(call: ServiceCall): void {
    if (this.apiKey.length) call.headers.setText("x-chroma-token", this.apiKey);
  }
}
