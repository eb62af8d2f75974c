// SPDX-License-Identifier: Apache-2.0
// Many chats at once through examples/model-failover: each one gets the response to its own question, from one model.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { APP_KEY, startFailover, type FailoverGateway } from "../harness/failover.ts";
import { repeating } from "../providers/repeat.ts";
import { callers, type FailoverCall } from "./failover-calls.ts";

const EACH = 20;
/** One agent's task: both models, each asked for every part of it. */
const calls: FailoverCall[] = Array.from({ length: 2 * EACH }, (_, index) => ({
  ...{ model: index % 2 ? "qwq-32b" : "deepseek-r1", key: APP_KEY, stream: true },
  content: `第 ${index} 部分，问题 ${index * 7919} 👩‍💻`,
}));

for (const [client, call] of Object.entries(callers)) {
  describe(`2 × ${EACH} streams at once, with the official ${client} client`, () => {
    let gateway: FailoverGateway;
    before(async () => {
      gateway = await startFailover({
        fallback: { cooldown: "0s" },
        servers: { "qwq-32b": repeating, "deepseek-r1": repeating },
      });
    });
    after(() => gateway?.close());

    const assertServed = async (modelOf: (call: FailoverCall) => string): Promise<void> => {
      const outcomes = await call(gateway.baseUrl, calls, calls.length);
      outcomes.forEach(({ headers, error, message, ...outcome }, index) => {
        assert.equal(error, undefined, message);
        const model = modelOf(calls[index]);
        const content = `${model}: ${calls[index].content}`;
        assert.deepEqual(outcome, { model, content, reasoning: "", finish: "stop" });
        const from = model === calls[index].model ? undefined : `my-${calls[index].model}`;
        assert.equal(headers!["x-higress-fallback-from"], from);
      });
    };

    it("come from the model that was asked", async () => {
      await gateway.servers["deepseek-r1"].failWith(undefined);
      await assertServed(({ model }) => model);
    });

    for (const failure of ["error-event", "refused", { status: 429 }] as const) {
      it(`come from qwq-32b while deepseek-r1 fails: ${JSON.stringify(failure)}`, async () => {
        await gateway.servers["deepseek-r1"].failWith(failure);
        await assertServed(() => "qwq-32b");
      });
    }
  });
}
