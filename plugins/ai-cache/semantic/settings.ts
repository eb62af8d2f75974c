import { ConfigReader } from "../../../assembly/config/reader";
import { Embedder } from "../embedding/embedder";
import { readEmbedder } from "../embedding/index";
import { readVectorStore } from "../vector/index";
import { VectorStore } from "../vector/vector-store";

const CONTEXTS: string[] = ["all", "system"];

/** How requests are found whose questions mean the same. */
export class SemanticSettings {
  /** The mark of copies, once it is known. */
  mark: ArrayBuffer | null = null;

  constructor(
    readonly embedder: Embedder,
    readonly store: VectorStore,
    /** Whether only the system prompt, the model and the form of the response must be equal, and not all but the question. */
    readonly isRelaxed: bool,
  ) {}

  /** What decides whether two questions mean the same. */
  get criteria(): string {
    return `${this.isRelaxed ? "system" : "all"} ${this.embedder.identity} ${this.store.type} ${this.store.limit}`;
  }
}

/** Reads `embedding`, `vector` and what belongs to them; `null` if only equal requests are found. `isKeyed`: the key is the question alone. */
export function readSemantic(reader: ConfigReader, isKeyed: bool): SemanticSettings | null {
  const embedding = reader.object("embedding");
  const vector = reader.object("vector");
  const isRelaxed = reader.choice("semantic_context", CONTEXTS, 0) != 0;
  const isOn = reader.booleanOrText("enableSemanticCache", vector !== null);
  const embedder = embedding ? readEmbedder(embedding) : null;
  const store = vector ? readVectorStore(vector) : null;
  if (isOn && !vector) reader.fail("vector", "is required with enableSemanticCache: true");
  if (vector && !embedding) reader.fail("embedding", "is required with vector");
  if (embedding && !vector) reader.warn("embedding", "has no effect without vector");
  if (vector && isKeyed) reader.fail("vector", "is not supported with reference_key: leave one of them out");
  if (store) store.keepsEntries = !reader.has("cache") && !reader.has("redis");
  return isOn && embedder && store ? new SemanticSettings(embedder, store, isRelaxed) : null;
}
