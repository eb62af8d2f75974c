// SPDX-License-Identifier: Apache-2.0
// examples/model-failover with vendors in place of the servers: each pass has the dialect, host, key and model of its own provider.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { APP_KEY, configureFilter, startFailover, type FailoverGateway } from "../harness/failover.ts";
import type { ProviderRequest } from "../providers/types.ts";
import { headerOf } from "../providers/wire.ts";
import { callers, type FailoverCall, type Outcome } from "./failover-calls.ts";
import { vendors } from "./failover-vendors.ts";

const deepseek = ["api.deepseek.com", "Bearer sk-deepseek", "deepseek-reasoner"];
const qwen = ["dashscope.aliyuncs.com", "Bearer sk-qwen", "qwq-32b"];
const fallback = { cooldown: "0s" };
const chat = { content: "解释量子计算", key: APP_KEY };

/** Whose the last request of a server is: host, key, model. */
function identityOf(requests: ProviderRequest[]): string[] {
  const request = requests.at(-1)!;
  const { model } = JSON.parse(request.body.toString()) as { model: string };
  return [request.authority, headerOf(request, "authorization"), model];
}

for (const [client, call] of Object.entries(callers)) {
  for (const [api, options, streams] of [
    ["its compatible API", {}, [false, true]],
    // https://help.aliyun.com/zh/model-studio/deep-thinking: qwq streams only.
    ["its own protocol", { qwenEnableCompatible: false }, [true]],
  ] as const) {
    describe(`DeepSeek and Qwen by ${api}, with the official ${client} client`, () => {
      let gateway: FailoverGateway;
      before(async () => void (gateway = await startFailover({ fallback, ...vendors(options) })));
      after(() => gateway?.close());

      const ask = async (model: string, stream: boolean): Promise<Outcome> => {
        const calls: FailoverCall[] = [{ ...chat, model, stream }];
        const [outcome] = await call(gateway.baseUrl, calls);
        assert.equal(outcome.error, undefined, outcome.message);
        assert.match(outcome.reasoning!, /^Hmm, the user is asking/);
        return outcome;
      };

      for (const stream of streams) {
        const way = stream ? "streamed" : "whole";

        it(`reaches each vendor, ${way}, with its reasoning`, async () => {
          await gateway.servers["deepseek-r1"].failWith(undefined);
          await ask("deepseek-r1", stream);
          assert.deepEqual(identityOf(gateway.servers["deepseek-r1"].requests), deepseek);
          await ask("qwq-32b", stream);
          assert.deepEqual(identityOf(gateway.servers["qwq-32b"].requests), qwen);
        });

        it(`falls back from DeepSeek to Qwen, ${way}`, async () => {
          await gateway.servers["deepseek-r1"].failWith({ status: 503 });
          const { headers } = await ask("deepseek-r1", stream);
          assert.deepEqual(identityOf(gateway.servers["deepseek-r1"].requests), deepseek);
          assert.deepEqual(identityOf(gateway.servers["qwq-32b"].requests), qwen);
          assert.equal(headers!["x-higress-fallback-from"], "my-deepseek-r1");
          assert.ok(!JSON.stringify(gateway.servers["qwq-32b"].requests.at(-1)).includes("deepseek"));
        });
      }
    });
  }
}

for (const [client, call] of Object.entries(callers)) {
  it(`a credential with its scheme: the official ${client} client gets in, and no other key does`, async () => {
    const consumers = [{ name: "app", credential: `Bearer ${APP_KEY}` }];
    const gateway = await startFailover({
      change: (bootstrap) => configureFilter(bootstrap, "key-auth", { strip_bearer: false, consumers }),
    });
    try {
      const calls = [APP_KEY, "another-key"].map((key) => ({ model: "qwq-32b", content: "你好", stream: false, key }));
      const [right, wrong] = await call(gateway.baseUrl, calls);
      assert.equal(right.model, "qwq-32b", right.message);
      assert.deepEqual([wrong.error, wrong.status], ["AuthenticationError", 401]);
    } finally {
      await gateway.close();
    }
  });
}
