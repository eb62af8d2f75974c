// SPDX-License-Identifier: Apache-2.0
import type { Guard, Probe } from "./guarding.ts";

const json: [string, string][] = [["content-type", "application/json"]];
const service = { cluster: "missing", serviceHost: "a.example", accessKey: "key-of-one", secretKey: "key-of-two" };
const text = [{ role: "user", content: "hello" }];
const image = [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://a.example/a.png" } }] }];
/** There is no cluster: what is checked is refused. */
const unchecked = (messages: object[]): Probe => ({
  ...{ path: "/v1/chat/completions", headers: json, body: JSON.stringify({ messages }) },
  isClosed: ({ status, received }) => status === 503 && received === null,
});
const blocked = { ...service, on_error: "block" };

/** The options of ai-security-guard. */
export const securityGuard: Omit<Guard, "plugin">[] = [
  { path: ["checkRequest"], config: { ...blocked, checkRequest: true }, isRequired: true, probe: unchecked(text) },
  {
    path: ["checkRequestImage"],
    config: { ...blocked, action: "MultiModalGuard", checkRequestImage: true },
    isRequired: true,
    probe: unchecked(image),
  },
  {
    path: ["checkResponse"],
    config: { ...blocked, checkResponse: true },
    isRequired: true,
    // The provider's response has no text: only the configuration says whether it is checked.
    probe: { ...unchecked(text), isClosed: ({ status }) => status === 200 },
  },
  { path: ["on_error"], config: { ...blocked, checkRequest: true }, probe: unchecked(text) },
  {
    path: ["checks"],
    config: { checks: [{ name: "one", on_error: "block", provider: { type: "aliyun", ...service } }] },
    isRequired: true,
    probe: unchecked(text),
  },
];
