import { Kind, readKind } from "../../../assembly/config/kinds";
import { ConfigReader } from "../../../assembly/config/reader";
import { AzureEmbedder } from "./azure";
import { CohereEmbedder } from "./cohere";
import { DashScopeEmbedder } from "./dashscope";
import { Embedder } from "./embedder";
import { HuggingFaceEmbedder } from "./huggingface";
import { OllamaEmbedder } from "./ollama";
import { OpenAiEmbedder } from "./openai";

/** All services, by their names. */
const TYPES: Kind<Embedder>[] = [
  new Kind<Embedder>("azure", AzureEmbedder.read),
  new Kind<Embedder>("cohere", CohereEmbedder.read),
  new Kind<Embedder>("dashscope", DashScopeEmbedder.read),
  new Kind<Embedder>("huggingface", HuggingFaceEmbedder.read),
  new Kind<Embedder>("ollama", OllamaEmbedder.read),
  new Kind<Embedder>("openai", OpenAiEmbedder.read),
];
/** Those of Higress that are not here. */
const REFUSED: string[] = ["textin", "xfyun"];

/** Reads the section `embedding`; `null` if its `type` is none. A service that was read with errors is not used. */
export function readEmbedder(reader: ConfigReader): Embedder | null {
  const embedder = readKind<Embedder>(TYPES, REFUSED, reader);
  // Without a type its other options are not judged.
  if (embedder === null) reader.skip();
  return embedder;
}
