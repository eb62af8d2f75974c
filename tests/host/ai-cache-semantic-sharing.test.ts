// SPDX-License-Identifier: Apache-2.0
// Which requests get each other's response if their questions mean the same.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import { bodyOf } from "./ai-cache-gateway.ts";
import { mock, SEMANTIC, SemanticGateway } from "./ai-cache-semantic-gateway.ts";
import type { StreamOptions } from "./stream-options.ts";

const FIRST = "How do I reset my password?";
const ALIKE = "how do I reset a password";
const RESPONSE = /response \d+/;
const NO_STORE: HeaderPair[] = [["cache-control", "no-store"]];
const routes = (name: string): StreamOptions["routes"] => [{ name, match: { prefix: "/" }, cluster: "upstream" }];
const system = (text: string, question: string): object => ({
  messages: [
    { role: "system", content: text },
    { role: "user", content: question },
  ],
});

describe("who shares responses by meaning", () => {
  it("requests that have everything but the question in common", () => {
    const gateway = new SemanticGateway({ share: "consumer" });
    const random = new Random(seed());
    for (let n = 0; n < 60; n++) {
      const ask = (question: string, change: object = {}, { key = "ann", route = "r" } = {}): [string, boolean] =>
        gateway.ask(
          question,
          [...NO_STORE.slice(question === ALIKE ? 0 : 1), ["authorization", `Bearer ${key}-${n}`]],
          { ...system(`be ${n}`, question), temperature: 1, ...change },
          { routes: routes(`${route}-${n}`) },
        );
      const [stored] = ask(FIRST);
      const changes: [object, object?][] = [
        [{ model: "other" }],
        [{ temperature: random.below(9) / 10 }],
        [{ [`member${random.below(99)}`]: null }],
        [{ stop: ["x"] }],
        [system(`be ${n} `, ALIKE)],
        [
          {
            messages: [
              ...(system(`be ${n}`, "x") as { messages: object[] }).messages,
              { role: "user", content: ALIKE },
            ],
          },
        ],
        [{}, { key: "bob" }],
        [{}, { route: "s" }],
      ];
      for (const [change, place] of changes) {
        const [response, isFound] = ask(ALIKE, change, place);
        assert.notEqual(response, stored, JSON.stringify([change, place]));
        assert.equal(isFound, false);
      }
      assert.deepEqual(ask(ALIKE), [stored, true]);
    }
  });

  it("not with another model of the embedding, nor another version", () => {
    const vector = mock("vector-qdrant");
    const stored = new SemanticGateway();
    stored.services.vector = vector;
    stored.ask(FIRST);
    const other = { ...SEMANTIC.embedding, model: "text-embedding-3-large" };
    for (const change of [{ embedding: other }, { version: "2" }, { semantic_context: "system" }])
      assert.equal(new SemanticGateway({ cache: undefined, ...change }).ask(ALIKE)[1], false);
  });

  it("with semantic_context: system also after other messages, but not with other tools", () => {
    const gateway = new SemanticGateway({ semantic_context: "system" });
    const [stored] = gateway.ask("", [], system("be brief", FIRST));
    const { messages } = system("be brief", "Hello.") as { messages: object[] };
    const later = [...messages, { role: "assistant", content: "Hi." }, { role: "user", content: ALIKE }];
    assert.deepEqual(gateway.ask("", NO_STORE, { messages: later, temperature: 0.5 }), [stored, true]);
    for (const change of [{ tools: [] }, { response_format: { type: "json_object" } }, system("be kind", ALIKE)])
      assert.equal(gateway.ask("", NO_STORE, { messages: later, ...change })[1], false);
  });

  it("equal requests that wait get what their first one found by meaning", () => {
    const gateway = new SemanticGateway();
    const [stored] = gateway.ask(FIRST);
    const streams = [gateway.send(ALIKE), gateway.send(ALIKE), gateway.send(ALIKE)];
    const before = gateway.calls;
    gateway.settle();
    gateway.host.advance(1_000);
    assert.equal(gateway.calls - before, 2);
    for (const stream of streams) {
      assert.equal(RESPONSE.exec(bodyOf(stream))?.[0], stored);
      assert.equal(stream.client.headers!.get("x-ai-cache-match"), "semantic");
    }
  });
});
