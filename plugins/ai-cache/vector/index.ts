import { Kind, readKind } from "../../../assembly/config/kinds";
import { ConfigReader } from "../../../assembly/config/reader";
import { Chroma } from "./chroma";
import { DashVector } from "./dashvector";
import { Elasticsearch } from "./elasticsearch";
import { Milvus } from "./milvus";
import { Pinecone } from "./pinecone";
import { Qdrant } from "./qdrant";
import { VectorStore } from "./vector-store";
import { Weaviate } from "./weaviate";

/** All stores, by their names. */
const TYPES: Kind<VectorStore>[] = [
  new Kind<VectorStore>("chroma", Chroma.read),
  new Kind<VectorStore>("dashvector", DashVector.read),
  new Kind<VectorStore>("elasticsearch", Elasticsearch.read),
  new Kind<VectorStore>("milvus", Milvus.read),
  new Kind<VectorStore>("pinecone", Pinecone.read),
  new Kind<VectorStore>("qdrant", Qdrant.read),
  new Kind<VectorStore>("weaviate", Weaviate.read),
];

/** Reads the section `vector`; `null` if its `type` is none. A store that was read with errors is not used. */
export function readVectorStore(reader: ConfigReader): VectorStore | null {
  const store = readKind<VectorStore>(TYPES, [], reader);
  // Without a type its other options are not judged.
  if (store === null) reader.skip();
  return store;
}
