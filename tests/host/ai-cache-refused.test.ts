// SPDX-License-Identifier: Apache-2.0
// A filter behind ai-cache refuses with a response that looks like a model's: it is not stored.
import assert from "node:assert/strict";
import { it } from "node:test";
import { bodyOf } from "./ai-cache-gateway.ts";
import type { FilterPlace } from "./filter-link.ts";
import { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";

const place = (plugin: string, configuration: object): FilterPlace => {
  const host = new ProxyHost(`build/${plugin}.wasm`, { logLevel: "warn" });
  return { vm: host.vm, root: host.configure(plugin, JSON.stringify(configuration))! };
};

for (const isStream of [false, true])
  it(`the refusal of another filter is not stored (${isStream ? "stream" : "whole"})`, () => {
    const downstream = [
      place("ai-cache", { share: "route" }),
      place("ai-data-masking", { deny_words: ["falcon"], deny_message: "not that word" }),
    ];
    for (let times = 0; times < 2; times++) {
      const stream = new HttpStream({ downstream, upstream: [] });
      stream.requestHeaders(
        [
          [":method", "POST"],
          [":path", "/v1/chat/completions"],
          [":authority", "gateway.example"],
          ["content-type", "application/json"],
        ],
        false,
      );
      const messages = [{ role: "user", content: "falcon" }];
      stream.requestBody(Buffer.from(JSON.stringify({ model: "m", messages, stream: isStream })), true);
      assert.equal(stream.client.headers?.get(":status"), "200");
      assert.match(bodyOf(stream), /not that word/);
      assert.equal(stream.client.headers?.get("x-ai-cache"), "miss");
      assert.equal(stream.details, "ai-data-masking.request_denied");
    }
  });
