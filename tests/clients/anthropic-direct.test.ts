// SPDX-License-Identifier: Apache-2.0
import { dialects } from "../providers/index.ts";
import { serve } from "../providers/server.ts";
import { anthropicClientSuite } from "./anthropic-suite.ts";

const key = "sk-fake-for-tests";

const direct = (dialect: string, prefix: string) => async () => {
  const server = await serve((request) => dialects[dialect].handle(request));
  return { baseUrl: `http://127.0.0.1:${server.port}${prefix}`, close: server.close };
};

anthropicClientSuite(
  "mock of DeepSeek",
  { key, model: "deepseek-chat", thinkingModel: "deepseek-v4-pro", family: "deepseek" },
  direct("deepseek", "/anthropic"),
);
anthropicClientSuite(
  "mock of DashScope",
  { key, model: "qwen-plus", thinkingModel: "qwen-plus", visionModel: "qwen-vl-max", family: "qwen" },
  direct("dashscope", "/apps/anthropic"),
);
