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
];
