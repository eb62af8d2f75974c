// SPDX-License-Identifier: Apache-2.0
// A local reply ends the work of a filter, wherever it is sent: no later hook runs, and what the hook returned is ignored.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { onNode, RealHost, type Run } from "./lifecycle/both-hosts.ts";

const REQUEST = ["request headers", "request piece 1", "request piece 2", "request piece 3"];
const RESPONSE = ["response headers", "response piece 1", "response piece 2", "response piece 3"];
const WHOLE = ["request headers", "request body"];

interface Reply extends Run {
  lines: string[];
  /** Default: the plugin's reply to the client. */
  status?: number;
  body?: string;
}

const trailers: [string, string][] = [["x-trailer", "yes"]];
const replies: Reply[] = [
  { mode: "nowhere", lines: [...REQUEST, ...RESPONSE], status: 200, body: "first second" },
  { mode: "request headers", lines: ["request headers"] },
  { mode: "request body", lines: WHOLE },
  { mode: "request piece 2", lines: REQUEST.slice(0, 3) },
  {
    mode: "request trailers",
    request: { trailers },
    lines: [...REQUEST.slice(0, 3), "request trailers"],
  },
  { mode: "callout", lines: ["request headers"] },
  { mode: "tick", lines: ["request headers"] },
  { mode: "response headers", lines: [...REQUEST, "response headers"] },
  { mode: "response callout", lines: [...REQUEST, "response headers"] },
  { mode: "response body", lines: [...REQUEST, "response headers", "response body"] },
];

describe("a local reply", () => {
  let envoy: RealHost;
  before(async () => {
    envoy = await RealHost.start(replies);
  });
  after(() => envoy?.close());

  for (const reply of replies)
    it(`of ${reply.mode}`, async () => {
      const { mode, lines, status = 418, body = `reply of ${mode.replace("response callout", "callout")}` } = reply;
      const details = status === 418 ? "lifecycle.reply" : "via_upstream";
      const expected = { status, body, end: "clean", details, logged: null, lines: [...lines, "done"] };
      assert.deepEqual(onNode(reply), expected, "Node host");
      assert.deepEqual(await envoy.run(reply), expected, "Envoy");
    });
});
