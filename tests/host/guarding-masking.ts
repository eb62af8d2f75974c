// SPDX-License-Identifier: Apache-2.0
import type { Guard, Probe } from "./guarding.ts";

const json: [string, string][] = [["content-type", "application/json"]];
const words = { deny_words: ["never"] };
const email = { replace_roles: [{ detector: "email" }] };
/** A request with a text that the provider does not receive. */
const hides = (text: string, body: string, path = "/v1/chat/completions"): Probe => ({
  ...{ path, headers: json, body },
  isClosed: ({ received }) => received === null || !received.body.toString().includes(text),
});
const chat = (content: string): string => JSON.stringify({ messages: [{ role: "user", content }] });

/** The options of ai-data-masking. */
export const dataMasking: Omit<Guard, "plugin">[] = [
  {
    path: ["deny_words"],
    config: { deny_words: ["falcon"] },
    isRequired: true,
    probe: hides("falcon", chat("a falcon")),
  },
  { path: ["replace_roles"], config: email, isRequired: true, probe: hides("ann@", chat("ann@example.com")) },
  {
    path: ["deny_raw"],
    config: { ...words, ...email, deny_raw: true },
    probe: hides("ann@", "ann@example.com", "/other"),
  },
  {
    path: ["replace_roles", 0, "regex"],
    config: { replace_roles: [{ regex: "ann@\\w+" }] },
    isRequired: true,
    probe: hides("ann@", chat("ann@example")),
  },
  {
    path: ["replace_roles", 0, "detector"],
    config: email,
    isRequired: true,
    probe: hides("ann@", chat("ann@example.com")),
  },
];
