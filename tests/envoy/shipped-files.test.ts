// SPDX-License-Identifier: Apache-2.0
// What the READMEs of the plugins say of the yaml in envoy/ holds: each is run as it stands, and answers so.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import type { HeaderPair } from "../providers/types.ts";

type Call = [title: string, status: number, path: string, header?: HeaderPair];

const demo: HeaderPair = ["x-api-key", "demo"];
const batch: HeaderPair = ["api-key", "YOUR_KEY_FOR_BATCH"];
const files: Record<string, Call[]> = {
  "key-auth": [
    ["no key", 401, "/v1/models"],
    ["a key", 200, "/v1/models", ["authorization", "Bearer YOUR_KEY_FOR_ALICE"]],
    ["a key of another consumer", 403, "/alice", batch],
    ["that key on a detour", 403, "/x/../alice", batch],
  ],
  "request-block": [
    ["a blocked word", 404, "/?text=my+Password"],
    ["a blocked word in disguise", 404, "/?text=p%61ssword"],
    ["another word", 200, "/?text=hello"],
  ],
  "key-rate-limit": [
    ["the first", 200, "/", demo],
    ["the second", 200, "/", demo],
    ["the third", 200, "/", demo],
    ["the fourth", 429, "/", demo],
  ],
  "chatgpt-proxy": [
    ["a prompt", 200, "/?text=Say,hello"],
    ["no prompt", 400, "/"],
  ],
};

for (const [name, calls] of Object.entries(files)) {
  describe(`envoy/${name}.yaml`, () => {
    let envoy: EnvoyProcess;
    before(async () => void (envoy = await startEnvoy(`envoy/${name}.yaml`)));
    after(() => envoy?.stop());

    for (const [title, status, path, header] of calls) {
      it(`answers ${status} to ${title}`, async () => {
        const headers = header ? [header] : [];
        const request = { method: "GET", path, authority: "gateway.example", headers, chunks: [] };
        const response = await send(envoy.listenerPorts.gateway, request);
        assert.equal(response.status, status, response.body.toString());
      });
    }
  });
}
