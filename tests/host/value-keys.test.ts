// SPDX-License-Identifier: Apache-2.0
// A text that is fetched with one API key is not given to requests of another: the key decides what the source responds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

test("a file of Moonshot's is fetched again with another API key", () => {
  const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error", clusters: ["upstream"] });
  const body = Buffer.from('{"model":"moonshot-v1-8k","messages":[{"role":"user","content":"hi"}]}');
  const asked: string[] = [];
  const textFor = (apiToken: string): string => {
    const provider = { type: "moonshot", apiToken, moonshotFileId: "the-file" };
    const context = host.configure("ai-proxy", JSON.stringify({ provider }))!;
    const request = {
      ...{ method: "POST", path: "/v1/chat/completions", authority: "gateway.example" },
      chunks: [body],
    };
    const { received } = runExchange(
      host,
      context,
      { ...request, headers: [["content-type", "application/json"]] },
      {
        answer: () => ({ status: 200, headers: [], chunks: [] }),
        callout: ({ headers }) => {
          asked.push(headers.get("authorization") ?? "");
          return { status: 200, body: JSON.stringify({ content: `text for ${headers.get("authorization")}` }) };
        },
      },
    );
    return received!.body.toString();
  };
  for (const key of ["sk-test-one", "sk-test-two"]) assert.match(textFor(key), new RegExp(`text for Bearer ${key}`));
  assert.deepEqual(asked, ["Bearer sk-test-one", "Bearer sk-test-two"]);
});
