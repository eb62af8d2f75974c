// SPDX-License-Identifier: Apache-2.0
import type { Guard, Seen } from "./guarding.ts";

const chat = {
  path: "/v1/chat/completions",
  headers: [["content-type", "application/json"]] as [string, string][],
  body: '{"messages":[{"role":"user","content":"secret"}]}',
};
const added = { role: "system", content: "Be safe." };
const received =
  (text: string) =>
  ({ received: request }: Seen): boolean =>
    request?.body.toString() === text;

/** The options of ai-prompt-decorator. */
export const aiPromptDecorator: Omit<Guard, "plugin">[] = [
  {
    path: ["prepend"],
    config: { prepend: [added], replace: [{ pattern: "other" }] },
    probe: {
      ...chat,
      isClosed: received('{"messages":[{"role":"system","content":"Be safe."},{"role":"user","content":"secret"}]}'),
    },
  },
  {
    path: ["append"],
    config: { append: [added], replace: [{ pattern: "other" }] },
    probe: {
      ...chat,
      isClosed: received('{"messages":[{"role":"user","content":"secret"},{"role":"system","content":"Be safe."}]}'),
    },
  },
  {
    path: ["replace"],
    config: { replace: [{ pattern: "secret" }], append: [{ role: "user", content: "x" }] },
    probe: {
      ...chat,
      isClosed: received('{"messages":[{"role":"user","content":""},{"role":"user","content":"x"}]}'),
    },
  },
];
