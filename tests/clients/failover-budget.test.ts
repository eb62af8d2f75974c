// SPDX-License-Identifier: Apache-2.0
// examples/model-failover with the official clients: the token budget of deepseek-r1 is used up, and qwq-32b answers.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { send } from "../harness/http-client.ts";
import { APP_KEY, configureRoute, startFailover, type FailoverGateway } from "../harness/failover.ts";
import { headerOf } from "../providers/wire.ts";
import { callers, type FailoverCall, type Outcome } from "./failover-calls.ts";

const BUDGET = 1000;
const QWQ_KEY = "Bearer YOUR_KEY_OF_THE_QWQ_SERVER";

const limits = (rule: string, token_per_minute: number, more: object = { reserve: "none" }) => ({
  rule_name: rule,
  global_threshold: { token_per_minute },
  ...more,
});
const both: FailoverCall[] = [false, true].map((stream) => ({
  model: "deepseek-r1",
  content: "解释量子计算",
  key: APP_KEY,
  stream,
}));
/** Costs more than the budget. */
const expensive: FailoverCall = { ...both[0], content: "word ".repeat(2 * BUDGET) };

for (const [client, call] of Object.entries(callers)) {
  describe(`a token budget in examples/model-failover with the official ${client} client`, () => {
    let gateway: FailoverGateway;
    before(async () => {
      gateway = await startFailover({
        change: (bootstrap) =>
          configureRoute(bootstrap, "my-deepseek-r1", "ai-token-ratelimit", limits("my-deepseek-r1", BUDGET)),
      });
    });
    after(() => gateway?.close());

    const ask = (calls: FailoverCall[]): Promise<Outcome[]> => call(gateway.baseUrl, calls);

    it("is charged by what deepseek-r1 answers", async () => {
      const outcomes = await ask([...both, expensive]);
      for (const { headers, model, message } of outcomes) {
        assert.deepEqual([model, headers?.["x-higress-fallback-from"]], ["deepseek-r1", undefined], message);
        assert.equal(headers!["x-ratelimit-limit-tokens"], String(BUDGET));
      }
      const left = outcomes.map(({ headers }) => Number(headers!["x-ratelimit-remaining-tokens"]));
      assert.equal(left[0], BUDGET);
      assert.ok(left[1] < left[0] && left[2] < left[1] && left[2] > 0, left.join());
    });

    it("is answered by qwq-32b when it is used up, streamed and not", async () => {
      const direct = await ask(both.map((each) => ({ ...each, model: "qwq-32b" })));
      const asked = gateway.servers["deepseek-r1"].requests.length;
      const outcomes = await ask([...both, ...both]);
      outcomes.forEach(({ headers, ...outcome }, index) => {
        assert.equal(outcome.error, undefined, outcome.message);
        const { headers: _, ...same } = direct[index % 2];
        assert.deepEqual(outcome, same);
        assert.equal(headers!["x-higress-fallback-from"], "my-deepseek-r1");
        assert.deepEqual([headers!["x-ai-model"], headers!["x-ai-provider"]], ["qwq-32b", "my-qwq-32b"]);
        assert.equal(headers!["x-ratelimit-limit-tokens"], undefined);
      });
      assert.equal(gateway.servers["deepseek-r1"].requests.length, asked);
      for (const request of gateway.servers["qwq-32b"].requests.slice(-outcomes.length)) {
        const { model } = JSON.parse(request.body.toString()) as { model: string };
        assert.deepEqual([model, headerOf(request, "authorization")], ["qwq-32b", QWQ_KEY]);
        assert.equal(headerOf(request, "x-ai-fallback-tombstone"), "");
      }
    });

    it("is counted as the reason of the fallback", async () => {
      const stats = await gateway.envoy.stats("fallbacks_total");
      const reasons = Object.keys(stats).map((name) => /reason=([^\]]+)/.exec(name)?.[1]);
      assert.deepEqual([...new Set(reasons)], ["token-limit"]);
    });
  });
}

describe("a token budget with reservation in examples/model-failover", () => {
  let gateway: FailoverGateway;
  before(async () => {
    gateway = await startFailover({
      change: (bootstrap) => {
        configureRoute(bootstrap, "my-deepseek-r1", "ai-token-ratelimit", limits("my-deepseek-r1", BUDGET, {}));
        configureRoute(bootstrap, "my-qwq-32b", "ai-token-ratelimit", limits("my-qwq-32b", 4 * BUDGET, {}));
      },
    });
  });
  after(() => gateway?.close());

  it("sends a prompt that does not fit to the next model, and refuses one that fits nowhere", async () => {
    const tooLong = { ...expensive, content: expensive.content.repeat(3) };
    const outcomes = await callers.Node(gateway.baseUrl, [both[0], expensive, both[1], tooLong]);
    assert.deepEqual(
      outcomes.map(({ model, error }) => model ?? error),
      ["deepseek-r1", "qwq-32b", "deepseek-r1", "RateLimitError"],
    );
    assert.equal(outcomes[1].headers!["x-higress-fallback-from"], "my-deepseek-r1");
    assert.match(
      outcomes[3].message!,
      /^429 The request needs about \d+ tokens, more than the whole limit of 4000 tokens\.$/,
    );
    assert.equal(gateway.servers["deepseek-r1"].requests.length, 2);
  });
});

describe("a reservation that two models share in examples/model-failover", () => {
  let gateway: FailoverGateway;
  before(async () => {
    // One reservation fits, a second one beside it does not.
    const shared = limits("shared", BUDGET, { reserve: "prompt_and_max", reserve_max_tokens: 600 });
    gateway = await startFailover({
      change: (bootstrap) => {
        for (const route of ["my-deepseek-r1", "my-qwq-32b"])
          configureRoute(bootstrap, route, "ai-token-ratelimit", shared);
      },
    });
  });
  after(() => gateway?.close());

  it("is given back by the model that fails before the next one reserves", async () => {
    await gateway.servers["deepseek-r1"].failWith({ status: 503 });
    const outcomes = await callers.Node(gateway.baseUrl, both);
    assert.deepEqual(
      outcomes.map(({ model, error }) => model ?? error),
      ["qwq-32b", "qwq-32b"],
    );
  });
});

describe("token budgets of both models in examples/model-failover", () => {
  let gateway: FailoverGateway;
  before(async () => {
    gateway = await startFailover({
      change: (bootstrap) => {
        configureRoute(bootstrap, "my-deepseek-r1", "ai-token-ratelimit", limits("my-deepseek-r1", 1));
        configureRoute(bootstrap, "my-qwq-32b", "ai-token-ratelimit", limits("my-qwq-32b", 1));
      },
    });
  });
  after(() => gateway?.close());

  it("are checked in turn, and the last one refuses", async () => {
    const outcomes = await callers.Node(gateway.baseUrl, [both[0], both[1], both[0], both[1]]);
    assert.deepEqual(
      outcomes.map(({ model, error }) => model ?? error),
      ["deepseek-r1", "qwq-32b", "RateLimitError", "RateLimitError"],
    );
    assert.match(outcomes[2].message!, /^429 The limit of 1 tokens is reached\. Try again in \d+ seconds?\.$/);
  });

  it("cannot be avoided by a client that sends the header of the tombstone", async () => {
    const { length } = gateway.servers["qwq-32b"].requests;
    const body = JSON.stringify({ model: "qwq-32b", messages: [{ role: "user", content: "hi" }] });
    const response = await send(gateway.envoy.listenerPorts.gateway, {
      method: "POST",
      path: "/v1/chat/completions",
      authority: "localhost",
      headers: [
        ["authorization", `Bearer ${APP_KEY}`],
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
        ["x-ai-fallback-tombstone", "1"],
      ],
      chunks: [Buffer.from(body)],
    });
    assert.equal(response.status, 429, response.body.toString());
    assert.equal(gateway.servers["qwq-32b"].requests.length, length);
  });
});
