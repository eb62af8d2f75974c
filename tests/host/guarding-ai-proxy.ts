// SPDX-License-Identifier: Apache-2.0
import type { Guard, Probe } from "./guarding.ts";

/** The client's key does not go on: the gateway's does, or nothing. */
const gatewaysKey: Probe = {
  path: "/v1/chat/completions",
  headers: [
    ["authorization", "Bearer key-of-the-client"],
    ["content-type", "application/json"],
  ],
  body: '{"model":"gpt-4","messages":[{"role":"user","content":"hi"}]}',
  isClosed: ({ received }) =>
    received === null || received.headers.every(([, value]) => !value.includes("key-of-the-client")),
};
const openai = { id: "openai", type: "openai", apiTokens: ["sk-test-gateway"] };

/** What the provider receives holds a text, or it receives nothing. */
const receives = (text: string, has = true): Probe => ({
  ...gatewaysKey,
  isClosed: ({ received }) => {
    if (received === null) return true;
    const all = `${JSON.stringify(received)} ${Buffer.from(received.body).toString()}`;
    return all.includes(text) === has;
  },
});
const own = "own.example";

/** The options of ai-proxy that guard. */
export const aiProxy: Omit<Guard, "plugin">[] = [
  { path: ["provider"], config: { provider: openai }, places: ["global"], probe: gatewaysKey },
  { path: ["provider", "type"], config: { provider: openai }, isRequired: true, probe: gatewaysKey },
  {
    path: ["providers"],
    config: { providers: [openai], activeProviderId: "openai" },
    isRequired: true,
    probe: gatewaysKey,
  },
  { path: ["activeProviderId"], config: { providers: [openai], activeProviderId: "openai" }, probe: gatewaysKey },
  { path: ["provider", "apiTokens"], config: { provider: openai }, probe: gatewaysKey },
  {
    path: ["provider", "apiToken"],
    config: { provider: { type: "openai", apiToken: "sk-test-gateway" } },
    probe: gatewaysKey,
  },
  {
    path: ["provider", "protocol"],
    config: {
      provider: { type: "qwen", apiToken: "sk-test-gateway", qwenEnableCompatible: false, protocol: "original" },
    },
    probe: receives('"input"', false),
  },
  {
    path: ["provider", "modelMapping"],
    config: { provider: { ...openai, modelMapping: { "*": "the-cheap-one" } } },
    // How Higress's console writes that there is none.
    mayBeEmpty: true,
    probe: receives("the-cheap-one"),
  },
  {
    path: ["provider", "providerDomain"],
    config: { provider: { ...openai, providerDomain: own } },
    probe: receives(own),
  },
  {
    path: ["provider", "openaiCustomUrl"],
    config: { provider: { ...openai, openaiCustomUrl: `https://${own}/v1` } },
    probe: receives(own),
  },
  {
    path: ["provider", "vllmServerHost"],
    config: { provider: { type: "vllm", vllmServerHost: own } },
    probe: receives(own),
  },
  {
    path: ["provider", "genericHost"],
    config: { provider: { type: "generic", genericHost: own } },
    probe: receives(own),
  },
  {
    path: ["provider", "qwenDomain"],
    config: { provider: { type: "qwen", apiToken: "sk-test-gateway", qwenDomain: own } },
    probe: receives(own),
  },
];
