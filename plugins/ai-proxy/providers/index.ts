import { Exchange } from "../exchange";
import { Provider } from "../provider";
import { azure } from "./azure";
import { deepseek } from "./deepseek";
import { generic } from "./generic";
import { moonshot } from "./moonshot";
import { ollama } from "./ollama";
import { openai } from "./openai";
import { qwen } from "./qwen";
import { vllm } from "./vllm";

/** The list of providers: a new one is a file beside this and an entry here. */
export const PROVIDERS: Provider[] = [openai, qwen, azure, moonshot, deepseek, vllm, ollama, generic];

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
