// SPDX-License-Identifier: Apache-2.0
// Every provider with OpenAI's API on the Node host, in both positions, against what its public pages say.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toClientRequest } from "../../harness/wire.ts";
import { selectedCompatibleCases } from "../../providers/compatible/case.ts";
import { eventStream } from "../../providers/wire.ts";
import { runExchange } from "../exchange.ts";
import { ProxyHost } from "../proxy-host.ts";
import { HostCase } from "../run-case.ts";

const WASM = "build/ai-proxy.wasm";
const cases = selectedCompatibleCases();
const CHUNK = '{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":';
const USAGE = { prompt_tokens: 11, completion_tokens: 22, total_tokens: 33 };

if (cases.length > 0) {
  describe("providers with OpenAI's API on the Node host", () => {
    for (const testCase of cases) {
      test(`ai-proxy: ${testCase.name}`, () => {
        const onHost = new HostCase(testCase, WASM);
        assert.deepEqual(onHost.run(), []);
        assert.deepEqual(onHost.bytewiseRequests(), []);
        assert.deepEqual(onHost.bytewiseStreams(), []);
        assert.deepEqual(onHost.leaks(), []);
        assert.deepEqual(new HostCase(testCase, WASM, "upstream").run(), []);
      });

      test(`ai-proxy: ${testCase.name} publishes the usage of a stream`, () => {
        const host = new ProxyHost(WASM);
        const context = host.configure("ai-proxy", testCase.configuration);
        assert.ok(context);
        const stream = testCase.exchanges.find(({ name }) => name.startsWith("a stream,"));
        if (!stream) return;
        const reply = eventStream([`data: ${CHUNK}${JSON.stringify(USAGE)}}\n\ndata: [DONE]\n\n`], "text/event-stream");
        const { filterState } = runExchange(host, context, toClientRequest(stream.request), { answer: () => reply });
        assert.deepEqual(JSON.parse(filterState.ai_usage), USAGE);
      });
    }
  });
}
