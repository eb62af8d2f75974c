import { Provider } from "../provider";
import { azure } from "./azure";
import { deepseek } from "./deepseek";
import { generic } from "./generic";
import { moonshot } from "./moonshot";
import { ollama } from "./ollama";
import { openai } from "./openai";
import { qwen } from "./qwen";
import { vllm } from "./vllm";

/** The one list of providers: a new one is a file beside this and a line here. */
export const PROVIDERS: Provider[] = [openai, qwen, azure, moonshot, deepseek, vllm, ollama, generic];

/** The provider of that `type`; `null` if there is none. */
export function findProvider(type: string): Provider | null {
  for (let i = 0; i < PROVIDERS.length; i++) if (PROVIDERS[i].type() == type) return PROVIDERS[i];
  return null;
}

/** The types that there are, for an error message. */
export function providerTypes(): string {
  const types: string[] = [];
  for (let i = 0; i < PROVIDERS.length; i++) types.push(PROVIDERS[i].type());
  return types.join(", ");
}
