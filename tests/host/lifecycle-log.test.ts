// SPDX-License-Identifier: Apache-2.0
// `onLog` runs before the access log is written, also when the client has left; never in the router's chain.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { onNode, RealHost, type Run, type Seen } from "./lifecycle/both-hosts.ts";

const endless: Partial<Run> = { reply: { chunks: [Buffer.from("first")], end: "hang" }, leaveAt: "first" };
const redirect = { internal_redirect_policy: { max_internal_redirects: 1 } };
const location: [string, string][] = [["location", "http://gateway.example/second"]];

/** Runs and what differs from a response of the provider that is logged. */
const runs: [run: Run, wanted: Partial<Seen>][] = [
  [{ mode: "log" }, { lines: ["log via_upstream of /", "done"] }],
  [
    { mode: "log when the client leaves", ...endless },
    {
      ...{
        body: "first",
        end: "left",
        details: "downstream_remote_disconnect",
        logged: "downstream_remote_disconnect",
      },
      lines: ["log downstream_remote_disconnect of /", "done"],
    },
  ],
  [
    { mode: "log a reply" },
    {
      ...{ status: 418, body: "", details: "lifecycle.reply", logged: "lifecycle.reply" },
      lines: ["log lifecycle.reply of /", "done"],
    },
  ],
  [{ mode: "log and settle" }, { lines: ["log via_upstream of /", "done", "settled 200"] }],
  [
    { mode: "log and settle when the client leaves", ...endless },
    {
      ...{
        body: "first",
        end: "left",
        details: "downstream_remote_disconnect",
        logged: "downstream_remote_disconnect",
      },
      lines: ["log downstream_remote_disconnect of /", "done", "settled 200"],
    },
  ],
  [
    { mode: "log upstream", isUpstream: true },
    { logged: null, lines: ["done"] },
  ],
  [
    { mode: "log upstream when the client leaves", isUpstream: true, ...endless },
    { body: "first", end: "left", details: "downstream_remote_disconnect", logged: null, lines: ["done"] },
  ],
  [
    {
      mode: "log a pass that is redirected",
      ...{
        request: { method: "GET", chunks: [] },
        reply: { status: 302, headers: location },
        action: redirect,
        second: {},
      },
    },
    {
      lines: ["log internal_redirect of /second", "done", "log via_upstream of /second", "done"],
    },
  ],
];

describe("the end of a stream", () => {
  let envoy: RealHost;
  before(async () => {
    envoy = await RealHost.start(runs.map(([run]) => run));
  });
  after(() => envoy?.close());

  for (const [run, wanted] of runs)
    it(run.mode, async () => {
      const passed = {
        status: 200,
        body: "first second",
        end: "clean",
        details: "via_upstream",
        logged: "via_upstream",
      };
      const expected = { ...passed, ...wanted };
      assert.deepEqual(onNode(run), expected, "Node host");
      assert.deepEqual(await envoy.run(run), expected, "Envoy");
    });
});
