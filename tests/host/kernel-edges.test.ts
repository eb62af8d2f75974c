// SPDX-License-Identifier: Apache-2.0
// What the kernel does for a plugin that holds headers for a body that it skips, and for a list of headers that is used twice.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { compile } from "../../tools/compile.ts";
import { runExchange, type Outcome } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const WASM = "build/test/kernel-edges.wasm";

describe("the kernel", () => {
  before(() => compile({ entry: "tests/host/kernel-edges/assembly/index.ts", out: WASM, optimized: false }));

  const ask = (host: ProxyHost, path: string): Outcome => {
    const context = host.configure("kernel-edges", "{}")!;
    const request = {
      ...{ method: "POST", path, authority: "gateway.example" },
      headers: [],
      chunks: [Buffer.from("b")],
    };
    return runExchange(host, context, request, {
      answer: () => ({ status: 200, headers: [], chunks: [Buffer.from("r")] }),
    });
  };

  it("does not hold headers for a body that the filter skips, and logs the cause once", () => {
    const host = new ProxyHost(WASM, { logLevel: "info" });
    for (let i = 0; i < 3; i++) {
      const { response, received } = ask(host, "/skip");
      assert.deepEqual([response.status, response.body.toString(), received?.body.toString()], [200, "r", "b"]);
    }
    const errors = host.vm.logs.map(({ text }) => text).filter((text) => text.includes("HoldForBody"));
    assert.deepEqual(errors, [
      "kernel-edges: a hook returned HoldForBody, but requestBodyMode is Skip: set it to Whole or Streaming; the headers are not held",
      "kernel-edges: a hook returned HoldForBody, but responseBodyMode is Skip: set it to Whole or Streaming; the headers are not held",
    ]);
    assert.ok(!host.vm.logs.some(({ text }) => text.includes("allow_on_headers_stop_iteration")));
  });

  it("leaves the caller's list of headers as it is", () => {
    const host = new ProxyHost(WASM, { logLevel: "info" });
    for (let i = 0; i < 3; i++) {
      const { headers } = ask(host, "/reply").response;
      assert.equal(headers.filter(([name]) => name === "content-type").length, 1);
      assert.equal(headers.filter(([name]) => name === "x-more").length, 1);
    }
  });
});
