// SPDX-License-Identifier: Apache-2.0
// examples/model-failover with the official clients: each model has its route, and a failure of deepseek-r1 is answered by qwq-32b.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { APP_KEY, startFailover, type FailoverGateway } from "../harness/failover.ts";
import type { Failure } from "../providers/scripted.ts";
import type { ProviderRequest } from "../providers/types.ts";
import { headerOf } from "../providers/wire.ts";
import { callers, type FailoverCall, type Outcome } from "./failover-calls.ts";

const QWQ_KEY = "Bearer YOUR_KEY_OF_THE_QWQ_SERVER";
const DEEPSEEK_KEY = "Bearer YOUR_KEY_OF_THE_DEEPSEEK_SERVER";

const both = (call: Partial<FailoverCall>): FailoverCall[] =>
  [false, true].map((stream) => ({ model: "deepseek-r1", content: "解释量子计算", key: APP_KEY, stream, ...call }));

const failures: [name: string, failure: Failure][] = [
  ["429", { status: 429 }],
  ["500", { status: 500 }],
  ["503", { status: 503 }],
  ["529", { status: 529 }],
  ["a refused connection", "refused"],
  ["a connection that breaks off", "reset"],
  ["no response", "silent"],
];
const failuresOfStreams: [name: string, failure: Failure][] = [
  ["headers and no event", "no-event"],
  ["an error event in a 200 stream", "error-event"],
];

for (const [client, call] of Object.entries(callers)) {
  describe(`examples/model-failover with the official ${client} client`, () => {
    let gateway: FailoverGateway;
    before(async () => {
      // Without a cooldown every request meets the failure.
      gateway = await startFailover({
        fallback: { cooldown: "0s", first_event_timeout: "2s", response_timeout: "2s" },
      });
    });
    after(() => gateway?.close());

    const ask = (calls: FailoverCall[]): Promise<Outcome[]> => call(gateway.baseUrl, calls);
    /** The last requests of a server. */
    const received = (model: "qwq-32b" | "deepseek-r1", count: number): ProviderRequest[] =>
      gateway.servers[model].requests.slice(-count);
    const bodyOf = ({ body }: ProviderRequest) => JSON.parse(body.toString()) as Record<string, unknown>;

    it("reaches each model by its name, with the content unchanged and the key of its server", async () => {
      await gateway.servers["deepseek-r1"].failWith(undefined);
      const models = [
        { model: "deepseek-r1", content: "解释量子计算", key: DEEPSEEK_KEY },
        { model: "qwq-32b", content: "写一首七言诗", key: QWQ_KEY },
      ] as const;
      for (const { model, content, key } of models) {
        const outcomes = await ask(both({ model, content }));
        for (const { headers, ...outcome } of outcomes) {
          assert.equal(outcome.error, undefined, outcome.message);
          assert.deepEqual([outcome.model, headers!["x-ai-provider"]], [model, `my-${model}`]);
          assert.match(outcome.reasoning!, /^Hmm, the user is asking/);
          assert.equal(headers!["x-higress-fallback-from"], undefined);
        }
        assert.equal(outcomes[1].content, outcomes[0].content);
        for (const request of received(model, 2)) {
          assert.ok(request.body.includes(Buffer.from(`"content":"${content}"`)), request.body.toString());
          assert.equal(headerOf(request, "authorization"), key);
          assert.ok(!JSON.stringify(request).includes(APP_KEY));
        }
      }
    });

    it("does not find a model whose name is not exactly one of them", async () => {
      const asked = gateway.servers["qwq-32b"].requests.length + gateway.servers["deepseek-r1"].requests.length;
      for (const model of ["qwq-32b-preview", "QWQ-32B", "deepseek-r1 "]) {
        for (const { error, status, message } of await ask(both({ model }))) {
          assert.deepEqual([error, status], ["NotFoundError", 404], message);
          assert.match(message!, new RegExp(`The model \`${model}\` does not exist`));
        }
      }
      const { "qwq-32b": qwq, "deepseek-r1": deepseek } = gateway.servers;
      assert.equal(qwq.requests.length + deepseek.requests.length, asked);
    });

    it("refuses another key", async () => {
      for (const { error, status } of await ask(both({ key: "another-key" }))) {
        assert.deepEqual([error, status], ["AuthenticationError", 401]);
      }
    });

    const assertFallback = async (calls: FailoverCall[], failure: Failure): Promise<void> => {
      const direct = await ask(calls.map((each) => ({ ...each, model: "qwq-32b" })));
      await gateway.servers["deepseek-r1"].failWith(failure);
      const asked = gateway.servers["deepseek-r1"].requests.length;
      const outcomes = await ask(calls);
      outcomes.forEach(({ headers, ...outcome }, index) => {
        assert.equal(outcome.error, undefined, outcome.message);
        assert.deepEqual(outcome, withoutHeaders(direct[index]));
        assert.equal(headers!["x-higress-fallback-from"], "my-deepseek-r1");
        assert.deepEqual([headers!["x-ai-model"], headers!["x-ai-provider"]], ["qwq-32b", "my-qwq-32b"]);
      });
      for (const request of received("qwq-32b", calls.length)) {
        assert.deepEqual([bodyOf(request).model, headerOf(request, "authorization")], ["qwq-32b", QWQ_KEY]);
        assert.equal(request.authority, "qwq.local:8000");
        assert.ok(!JSON.stringify(request.headers).includes("DEEPSEEK"));
      }
      if (failure !== "refused") assert.equal(gateway.servers["deepseek-r1"].requests.length, asked + calls.length);
    };

    for (const [name, failure] of failures) {
      it(`is answered by qwq-32b after ${name}, streamed and not`, () => assertFallback(both({}), failure));
    }

    for (const [name, failure] of failuresOfStreams) {
      it(`is answered by qwq-32b after ${name}`, () => assertFallback(both({}).slice(1), failure));
    }
  });
}

function withoutHeaders({ headers, ...outcome }: Outcome): Omit<Outcome, "headers"> {
  return outcome;
}
