import { ConfigReader } from "../../../assembly/config/reader";
import { Chroma } from "./chroma";
import { DashVector } from "./dashvector";
import { Elasticsearch } from "./elasticsearch";
import { Milvus } from "./milvus";
import { Pinecone } from "./pinecone";
import { Qdrant } from "./qdrant";
import { VectorStore } from "./vector-store";
import { Weaviate } from "./weaviate";

/** A store: the value of `type`, and what reads its options. */
class VectorStoreType {
  constructor(
    readonly name: string,
    readonly read: (reader: ConfigReader) => VectorStore,
  ) {}
}

/** All stores, by their names. */
const TYPES: VectorStoreType[] = [
  new VectorStoreType("chroma", Chroma.read),
  new VectorStoreType("dashvector", DashVector.read),
  new VectorStoreType("elasticsearch", Elasticsearch.read),
  new VectorStoreType("milvus", Milvus.read),
  new VectorStoreType("pinecone", Pinecone.read),
  new VectorStoreType("qdrant", Qdrant.read),
  new VectorStoreType("weaviate", Weaviate.read),
];

/** Reads the section `vector`; `null` if its `type` is none. A store that was read with errors is not used. */
export function readVectorStore(reader: ConfigReader): VectorStore | null {
  const name = reader.requiredText("type");
  const names: string[] = [];
  for (let i = 0; i < TYPES.length; i++) {
    if (TYPES[i].name == name) return TYPES[i].read(reader);
    names.push(TYPES[i].name);
  }
  if (name.trim().length) reader.fail("type", `must be one of ${names.join(", ")}`);
  // Its other options are not judged.
  reader.skip();
  return null;
}
