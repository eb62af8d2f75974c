// SPDX-License-Identifier: Apache-2.0
import { azureDialect } from "./azure.ts";
import { claudeDialect } from "./claude.ts";
import { compatibleDialects } from "./compatible/dialect.ts";
import { dashScopeDialect } from "./dashscope.ts";
import { deepSeekDialect } from "./deepseek.ts";
import { geminiDialect } from "./gemini.ts";
import { moonshotDialect } from "./moonshot.ts";
import { ollamaDialect } from "./ollama.ts";
import { openAiDialect } from "./openai.ts";
import type { Dialect } from "./types.ts";
import { vllmDialect } from "./vllm.ts";

const all: Dialect[] = [
  openAiDialect(),
  // A self-hosted server: it accepts any model and any field.
  openAiDialect({ name: "openai-compatible", lenientFields: "any", models: /./ }),
  dashScopeDialect(),
  azureDialect(),
  moonshotDialect(),
  deepSeekDialect(),
  vllmDialect(),
  ollamaDialect(),
  claudeDialect(),
  geminiDialect(),
  ...compatibleDialects,
];

/** All dialects by name. */
export const dialects: Record<string, Dialect> = Object.fromEntries(all.map((dialect) => [dialect.name, dialect]));
