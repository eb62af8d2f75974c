// SPDX-License-Identifier: Apache-2.0
import { configureFilter, type FailoverOptions } from "../harness/failover.ts";
import { dialects } from "../providers/index.ts";

/** The example with DeepSeek and Qwen as vendors, in place of the two servers; `qwen` has further options of that provider. */
export const vendors = (qwen: Record<string, unknown> = {}): FailoverOptions => ({
  servers: { "deepseek-r1": dialects.deepseek, "qwq-32b": dialects.dashscope },
  change: (bootstrap) =>
    configureFilter(bootstrap, "ai-proxy", {
      providers: [
        { id: "my-deepseek-r1", type: "deepseek", apiToken: "sk-deepseek", modelMapping: MAPPED },
        { id: "my-qwq-32b", type: "qwen", apiToken: "sk-qwen", modelMapping: { "qwq-32b": "qwq-32b" }, ...qwen },
      ],
    }),
});

const MAPPED = { "deepseek-r1": "deepseek-reasoner" };
