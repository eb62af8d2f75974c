import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { ServiceCall } from "../../../assembly/service/call";
import { MatchSink, PARTITION, ScoreKind, VectorRecord, VectorStore } from "./vector-store";

/** The metadata of a record have 40 KB at most. */
const MOST_ENTRY_BYTES: i32 = 36 << 10;

/** Pinecone. https://docs.pinecone.io/reference/api/2025-04/data-plane/query */
export class Pinecone extends VectorStore {
  static read(reader: ConfigReader): VectorStore {
    const store = new Pinecone("pinecone");
    if (!reader.has("serviceHost")) reader.fail("serviceHost", "is required: the host of the index");
    store.readCommon(reader);
    store.readApiKey(reader, true);
    // The namespace.
    store.collection = reader.textOrNumber("collectionID");
    return store;
  }

  override get scores(): ScoreKind {
    return ScoreKind.Either;
  }

  override get maxEntryBytes(): i32 {
    return MOST_ENTRY_BYTES;
  }

  override writeQuery(partition: Slice, vector: Slice, call: ServiceCall): void {
    const json = this.begin("/query", call).key("vector").raw(vector).key("topK").integer(this.top);
    json.key("includeMetadata").boolean(true).key("includeValues").boolean(false).key("filter").beginObject();
    json.key(PARTITION).beginObject().key("$eq").text(partition).endObject().endObject().endObject();
  }

  override readMatches(root: Slice, sink: MatchSink): bool {
    const matches = jsonGet(root, "matches");
    for (let item = jsonFirst(matches); item != ABSENT; item = jsonNext(matches, item))
      if (!sink.takeFields(jsonGet(item, "score"), jsonGet(item, "metadata"))) break;
    return jsonKind(matches) == JsonKind.Array;
  }

  /** https://docs.pinecone.io/reference/api/2025-04/data-plane/upsert */
  override writeUpsert(record: VectorRecord, call: ServiceCall): void {
    const json = this.begin("/vectors/upsert", call).key("vectors").beginArray().beginObject();
    json.key("id").text(record.key).key("values").raw(record.vector).key("metadata");
    this.writeFields(record, json);
    json.endObject().endArray().endObject();
  }

  private begin(path: string, call: ServiceCall): JsonWriter {
    const json = call.post(path);
    call.headers.setText("api-key", this.apiKey);
    call.headers.setText("x-pinecone-api-version", "2025-04");
    return this.collection.length ? json.key("namespace").string(this.collection) : json;
  }
}
