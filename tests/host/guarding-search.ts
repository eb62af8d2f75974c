// SPDX-License-Identifier: Apache-2.0
import type { Guard } from "./guarding.ts";

/** The options of ai-search. */
export const search: Omit<Guard, "plugin">[] = [
  {
    path: ["defaultEnable"],
    config: { defaultEnable: false, searchFrom: [{ type: "searxng", cluster: "own" }] },
    probe: {
      path: "/v1/chat/completions",
      headers: [["content-type", "application/json"]],
      body: '{"messages":[{"role":"user","content":"a"}]}',
      isClosed: ({ calls }) => calls.length === 0,
    },
  },
];
