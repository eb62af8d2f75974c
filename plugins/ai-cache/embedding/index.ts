import { ConfigReader } from "../../../assembly/config/reader";
import { AzureEmbedder } from "./azure";
import { CohereEmbedder } from "./cohere";
import { DashScopeEmbedder } from "./dashscope";
import { Embedder } from "./embedder";
import { HuggingFaceEmbedder } from "./huggingface";
import { OllamaEmbedder } from "./ollama";
import { OpenAiEmbedder } from "./openai";

/** A service: the value of `type`, and what reads its options. */
class EmbedderType {
  constructor(
    readonly name: string,
    readonly read: (reader: ConfigReader) => Embedder,
  ) {}
}

/** All services, by their names. */
const TYPES: EmbedderType[] = [
  new EmbedderType("azure", AzureEmbedder.read),
  new EmbedderType("cohere", CohereEmbedder.read),
  new EmbedderType("dashscope", DashScopeEmbedder.read),
  new EmbedderType("huggingface", HuggingFaceEmbedder.read),
  new EmbedderType("ollama", OllamaEmbedder.read),
  new EmbedderType("openai", OpenAiEmbedder.read),
];
/** Those of Higress that are not here. */
const REFUSED: string[] = ["textin", "xfyun"];

/** Reads the section `embedding`; `null` if its `type` is none. A service that was read with errors is not used. */
export function readEmbedder(reader: ConfigReader): Embedder | null {
  const name = reader.requiredText("type");
  const names: string[] = [];
  for (let i = 0; i < TYPES.length; i++) {
    if (TYPES[i].name == name) return TYPES[i].read(reader);
    names.push(TYPES[i].name);
  }
  const isRefused = REFUSED.includes(name);
  if (name.trim().length)
    reader.fail("type", `${isRefused ? `${name} is not supported: ` : ""}must be one of ${names.join(", ")}`);
  // Its other options are not judged.
  reader.skip();
  return null;
}
