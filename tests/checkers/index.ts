// SPDX-License-Identifier: Apache-2.0
import type { Dialect } from "../providers/types.ts";
import { aliyun } from "./aliyun.ts";
import { azure } from "./azure.ts";
import { bedrock } from "./bedrock.ts";
import { judge } from "./judge.ts";
import { lakera } from "./lakera.ts";
import { openai } from "./openai.ts";
import { presidio } from "./presidio.ts";
import { webhook } from "./webhook.ts";

/** The mock services, by the `type` of ai-security-guard's providers. On the Node host the time and the nonces of all cases are the same. */
export const checkers: Record<string, Dialect> = {
  aliyun: aliyun(null),
  azure,
  bedrock,
  judge,
  lakera,
  openai,
  presidio,
  webhook,
};
