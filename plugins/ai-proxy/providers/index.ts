import { Exchange } from "../exchange";
import { Provider } from "../provider";
import { ai360 } from "./ai360";
import { azure } from "./azure";
import { baichuan } from "./baichuan";
import { baidu } from "./baidu";
import { bedrock } from "./bedrock";
import { cerebras } from "./cerebras";
import { claude } from "./claude";
import { cloudflare } from "./cloudflare";
import { cohere } from "./cohere";
import { deepinfra } from "./deepinfra";
import { deepseek } from "./deepseek";
import { doubao } from "./doubao";
import { fireworks } from "./fireworks";
import { gemini } from "./gemini";
import { generic } from "./generic";
import { github } from "./github";
import { grok } from "./grok";
import { groq } from "./groq";
import { huggingface } from "./huggingface";
import { hunyuan } from "./hunyuan";
import { lmstudio } from "./lmstudio";
import { longcat } from "./longcat";
import { minimax } from "./minimax";
import { mistral } from "./mistral";
import { modelscope } from "./modelscope";
import { moonshot } from "./moonshot";
import { novita } from "./novita";
import { nvidia } from "./nvidia";
import { ollama } from "./ollama";
import { openai } from "./openai";
import { openrouter } from "./openrouter";
import { perplexity } from "./perplexity";
import { qwen } from "./qwen";
import { sambanova } from "./sambanova";
import { sglang } from "./sglang";
import { siliconflow } from "./siliconflow";
import { spark } from "./spark";
import { stepfun } from "./stepfun";
import { togetherAi } from "./together-ai";
import { vllm } from "./vllm";
import { zai } from "./zai";
import { zhipuai } from "./zhipuai";

/** The list of providers: a new one is a file beside this and an entry here. */
export const PROVIDERS: Provider[] = [
  openai,
  qwen,
  azure,
  moonshot,
  deepseek,
  vllm,
  ollama,
  generic,
  groq,
  openrouter,
  togetherAi,
  fireworks,
  mistral,
  grok,
  zhipuai,
  zai,
  doubao,
  hunyuan,
  minimax,
  baidu,
  stepfun,
  baichuan,
  ai360,
  spark,
  github,
  cloudflare,
  cohere,
  siliconflow,
  perplexity,
  nvidia,
  sambanova,
  cerebras,
  huggingface,
  bedrock,
  gemini,
  claude,
  deepinfra,
  modelscope,
  novita,
  sglang,
  lmstudio,
  longcat,
];

/** The provider that serves the request. */
export function providerOf(exchange: Exchange): Provider {
  return PROVIDERS[exchange.config.number];
}

/** The number in the list of the provider of that `type`; -1 if there is none. */
export function findProvider(type: string): i32 {
  for (let i = 0; i < PROVIDERS.length; i++) if (PROVIDERS[i].settings.type == type) return i;
  return -1;
}

/** All types, for an error message. */
export function providerTypes(): string {
  const types: string[] = [];
  for (let i = 0; i < PROVIDERS.length; i++) types.push(PROVIDERS[i].settings.type);
  return types.join(", ");
}
