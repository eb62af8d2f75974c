// SPDX-License-Identifier: Apache-2.0
import type { Dialect } from "../providers/types.ts";
import { azure } from "./embedding/azure.ts";
import { cohere } from "./embedding/cohere.ts";
import { dashscope } from "./embedding/dashscope.ts";
import { huggingface } from "./embedding/huggingface.ts";
import { ollama } from "./embedding/ollama.ts";
import { openai } from "./embedding/openai.ts";
import { chroma } from "./store/chroma.ts";
import { dashvector } from "./store/dashvector.ts";
import { elasticsearch } from "./store/elasticsearch.ts";
import { milvus } from "./store/milvus.ts";
import { pinecone } from "./store/pinecone.ts";
import { qdrant } from "./store/qdrant.ts";
import { weaviate } from "./store/weaviate.ts";

const embeddings = [azure, cohere, dashscope, huggingface, ollama, openai];
const stores = [chroma, dashvector, elasticsearch, milvus, pinecone, qdrant, weaviate];

/** The mock services of the semantic cache, by their names in cases. */
export const vectors: Record<string, Dialect> = Object.fromEntries(
  [...embeddings, ...stores].map((dialect) => [dialect.name, dialect]),
);
