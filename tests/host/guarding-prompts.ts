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
const aiPromptDecorator: Omit<Guard, "plugin">[] = [
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

/** The options of ai-prompt-template. */
const aiPromptTemplate: Omit<Guard, "plugin">[] = [
  {
    path: ["templates"],
    config: { templates: [{ name: "a", template: { model: "m" } }] },
    isRequired: true,
    probe: { ...chat, body: '{"template":"a","properties":{}}', isClosed: received('{"model":"m"}') },
  },
];

const refused = ({ status, received: request }: Seen): boolean => status >= 400 && request === null;
const denied = (message: string, isClosed = refused): Guard["probe"] => ({
  ...chat,
  body: `{"messages":[${message}]}`,
  isClosed,
});
const user = '{"role":"user","content":"secret"}';
const tool = '{"role":"tool","content":"secret"}';
const deny_patterns = ["secret"];

/** The options of ai-prompt-guard. */
const aiPromptGuard: Omit<Guard, "plugin">[] = [
  {
    path: ["deny_patterns"],
    config: { deny_patterns, allow_patterns: ["s"] },
    probe: denied(user),
  },
  {
    path: ["allow_patterns"],
    config: { allow_patterns: ["other"], deny_patterns: ["never"] },
    probe: denied(user),
  },
  { path: ["roles"], config: { deny_patterns, roles: ["tool"] }, probe: denied(tool) },
  { path: ["match_all_roles"], config: { deny_patterns, match_all_roles: true }, probe: denied(tool) },
  {
    path: ["case_sensitive"],
    config: { deny_patterns: ["SECRET"], case_sensitive: false },
    probe: denied(user),
  },
  {
    path: ["max_request_body_size"],
    config: { deny_patterns: ["never"], max_request_body_size: 10 },
    probe: denied(user),
  },
];

/** The options of the prompt plugins. */
export const promptPlugins: [plugin: string, options: Omit<Guard, "plugin">[]][] = [
  ["ai-prompt-decorator", aiPromptDecorator],
  ["ai-prompt-guard", aiPromptGuard],
  ["ai-prompt-template", aiPromptTemplate],
];
