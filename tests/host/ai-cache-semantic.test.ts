// SPDX-License-Identifier: Apache-2.0
// ai-cache with a search by meaning: hostile replies, services that are down, and clients that leave.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { completion, isAsked, respond } from "./ai-cache-gateway.ts";
import { mock, requestOf, SEMANTIC, SemanticGateway, type Service } from "./ai-cache-semantic-gateway.ts";

const FIRST = "How do I reset my password?";
const ALIKE = "how do I reset a password";
const RESPONSE = /response \d+/;
const NO_STORE: HeaderPair[] = [["cache-control", "no-store"]];

describe("questions that are not compared", () => {
  const picture = { type: "image_url", image_url: { url: "https://a.example/1" } };
  const bodies: Record<string, object> = {
    "a picture beside the text": { messages: [{ role: "user", content: [{ type: "text", text: FIRST }, picture] }] },
    "a message of the assistant at the end": { messages: [{ role: "assistant", content: FIRST }] },
    "a text that is too long": { messages: [{ role: "user", content: "a ".repeat(5000) }] },
    blanks: { messages: [{ role: "user", content: " \n" }] },
    "no message": { messages: [] },
    "a message that is no object": { messages: ["hi"] },
    "no content": { messages: [{ role: "user" }] },
  };
  for (const [name, body] of Object.entries(bodies)) {
    it(name, () => {
      const gateway = new SemanticGateway();
      gateway.ask("", [], body);
      assert.equal(gateway.calls, 0);
    });
  }
});

describe("replies that are not the service's", () => {
  const vectorOf = (embedding: unknown): string => JSON.stringify({ data: [{ embedding }] });
  const embeddings: Record<string, string> = {
    nothing: "",
    "no JSON": "<html>",
    "cut JSON": '{"data":[{"embedding":[0.1,',
    "another object": "{}",
    "a list": "[[0.1]]",
    "no number": vectorOf(["0.1"]),
    "no numbers": vectorOf([]),
    "a vector of zeros": vectorOf([0, 0, 0]),
    "a number beside an object": vectorOf([0.1, {}]),
    NaN: '{"data":[{"embedding":[NaN]}]}',
    "a number without end": '{"data":[{"embedding":[1e999]}]}',
    "a number of many digits": `{"data":[{"embedding":[0.${"1".repeat(10_000)}]}]}`,
    "too many numbers": vectorOf(Array.from({ length: 20_000 }, () => 1)),
    "deep JSON": `{"data":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    "a huge body": `{"data":[{"embedding":[1]}],"x":"${"x".repeat(5 << 20)}"}`,
  };
  for (const [name, body] of Object.entries(embeddings)) {
    it(`of the embedding: ${name}`, () => {
      const gateway = new SemanticGateway();
      gateway.services.embedding = () => ({ body });
      assert.match(gateway.ask(FIRST)[0], RESPONSE);
      assert.equal(gateway.calls, 1);
    });
  }

  it("of the embedding: a vector of other dimensions, which the store refuses", () => {
    const gateway = new SemanticGateway();
    gateway.services.embedding = () => ({ body: vectorOf([0.5, 0.5]) });
    assert.match(gateway.ask(FIRST)[0], RESPONSE);
    assert.match(gateway.ask(ALIKE)[0], RESPONSE);
  });

  it("of the store: any record but that of the partition", () => {
    const gateway = new SemanticGateway();
    gateway.ask(FIRST);
    let mine = "";
    let points: unknown = [];
    const vector: Service = (request) => {
      const { filter } = JSON.parse(request.body.toString()) as { filter?: { must: { match: { value: string } }[] } };
      mine = filter?.must[0].match.value ?? mine;
      return { body: JSON.stringify({ result: { points: typeof points === "function" ? points() : points } }) };
    };
    gateway.services.vector = vector;
    const key = "0".repeat(64);
    const point =
      (payload: object, score: unknown = 0.9): (() => unknown) =>
      () => [{ id: 1, score, payload }];
    const many = Array.from({ length: 5000 }, () => ({ score: 1, payload: { cache_partition: key, cache_key: key } }));
    for (const one of [
      "none",
      [null, 1, "x", [], {}],
      point({}),
      point({ cache_partition: key, cache_key: key }),
      point({ cache_partition: 7, cache_key: {} }),
      () => point({ cache_partition: mine, cache_key: key })(),
      () => point({ cache_partition: mine, cache_key: "short" })(),
      () => point({ cache_partition: mine, cache_key: key.replace(/0$/, "x") })(),
      () => point({ cache_partition: mine, cache_key: key }, "0.9")(),
      () => point({ cache_partition: mine, cache_key: key }, null)(),
      () => many.map(({ payload, score }) => ({ score, payload: { ...payload, cache_partition: mine } })),
      many,
    ]) {
      points = one;
      const [response, isFound] = gateway.ask(ALIKE, NO_STORE);
      assert.match(response, RESPONSE);
      assert.equal(isFound, false);
    }
  });

  it("of the store: somebody else's record under the partition of the request", () => {
    const gateway = new SemanticGateway({ share: "consumer", secret: "secret of the cache" });
    let stolen = "";
    const vector = mock("vector-qdrant");
    gateway.services.vector = (request) => {
      const text = request.body.toString();
      stolen ||= /"cache_key":"(\w{64})"/.exec(text)?.[1] ?? "";
      const mine = /"value":"(\w{64})"/.exec(text)?.[1];
      if (!mine || !stolen) return vector(request);
      const payload = { cache_partition: mine, cache_key: stolen };
      return { body: JSON.stringify({ result: { points: [{ id: 1, score: 1, payload }] } }) };
    };
    const [stored] = gateway.ask(FIRST, [["authorization", "Bearer ann"]]);
    assert.ok(stolen);
    const [response, isFound] = gateway.ask(ALIKE, [["authorization", "Bearer bob"]]);
    assert.notEqual(response, stored);
    assert.equal(isFound, false);
  });
});

describe("entries that are stored with their vectors", () => {
  const gatewayOf = (change: object = {}): SemanticGateway => new SemanticGateway({ cache: undefined, ...change });

  it("serve another Envoy, whose memory has none", () => {
    const config = { version: "shared", secret: "secret of the cache" };
    const [stored] = gatewayOf(config).ask(FIRST);
    assert.deepEqual(gatewayOf(config).ask(ALIKE), [stored, true]);
  });

  it("are refused if somebody has written them without the secret, and if they are over", () => {
    for (const change of [
      (entry: string) => entry.replace("response 1", "response 9"),
      (entry: string) => entry.slice(0, -10),
      () => "",
      () => "{}",
      () => "x".repeat(1 << 20),
    ]) {
      const config = { version: `written ${String(change)}`, secret: "secret of the cache" };
      gatewayOf(config).ask(FIRST);
      const gateway = gatewayOf(config);
      const vector = gateway.services.vector;
      gateway.services.vector = (request) => {
        const reply = vector(request)!;
        const body = JSON.parse(String(reply.body)) as { result: { points?: { payload: Record<string, string> }[] } };
        for (const { payload } of body.result.points ?? []) payload.cache_entry = change(payload.cache_entry);
        return { ...reply, body: JSON.stringify(body) };
      };
      assert.equal(gateway.ask(ALIKE)[1], false);
    }
  });
});

describe("services that are down", () => {
  const failures: Record<string, Service> = {
    "no response": () => null,
    "a timeout": () => ({ status: 504, body: "upstream request timeout" }),
    "an error": () => ({ status: 500, body: '{"error":"x"}' }),
    "a refusal": () => ({ status: 401, body: "{}" }),
    "a redirect": () => ({ status: 302 }),
  };
  for (const cluster of ["embedding", "vector"]) {
    for (const [name, service] of Object.entries(failures)) {
      it(`${cluster}: ${name} is a miss`, () => {
        const gateway = new SemanticGateway({ embedding: { ...SEMANTIC.embedding, timeout: 300 } });
        gateway.services[cluster] = service;
        const [response] = gateway.ask(FIRST);
        assert.match(response, RESPONSE);
        assert.deepEqual(gateway.ask(FIRST), [response, false]);
      });
    }
  }

  it("a call has the time that the configuration says", () => {
    const gateway = new SemanticGateway({ embedding: { ...SEMANTIC.embedding, timeout: 300 } });
    gateway.send(FIRST);
    assert.equal(gateway.pending[0].timeoutMs, 300);
  });

  it("a cluster that does not exist is a miss", () => {
    const gateway = new SemanticGateway({ embedding: { ...SEMANTIC.embedding, cluster: "nowhere" } });
    assert.match(gateway.ask(FIRST)[0], RESPONSE);
  });

  it("a service that has failed three times rests for five seconds", () => {
    const gateway = new SemanticGateway();
    const embedding = gateway.services.embedding;
    gateway.services.embedding = () => null;
    for (let n = 0; n < 5; n++) gateway.ask(`question ${n}`);
    assert.equal(gateway.calls, 3);
    gateway.services.embedding = embedding;
    gateway.host.advance(5_001);
    gateway.ask("question 9");
    assert.ok(gateway.calls > 4);
  });
});

describe("clients that leave", () => {
  it("while the question is compared: nothing is left, and the next equal request goes on", () => {
    const gateway = new SemanticGateway();
    gateway.send(FIRST).clientReset();
    gateway.settle();
    const first = gateway.send(FIRST);
    const second = gateway.send(FIRST);
    first.clientReset();
    gateway.settle();
    assert.ok(isAsked(second));
  });

  it("when they have the response: its vector is stored", () => {
    const gateway = new SemanticGateway();
    const stream = gateway.send(FIRST);
    gateway.settle();
    respond(stream, completion({ content: "response 7" }));
    assert.equal(gateway.pending.length, 1);
    gateway.settle();
    assert.deepEqual(gateway.ask(ALIKE), ["response 7", true]);
  });

  it("no more vectors than 64 are stored at once", () => {
    const gateway = new SemanticGateway({ vector: { ...SEMANTIC.vector, threshold: 2 } });
    for (let n = 0; n < 80; n++) {
      const stream = gateway.send(`question ${n}`);
      while (!isAsked(stream)) {
        const [call] = gateway.pending.slice(-1);
        gateway.host.answer(call, gateway.services[call.cluster](requestOf(call))!);
      }
      respond(stream, completion({ content: "a" }));
    }
    assert.equal(gateway.pending.length, 64);
    gateway.settle();
  });
});

it("responses with tool calls are not found by meaning", () => {
  const gateway = new SemanticGateway({ store_tool_calls: true });
  const stream = gateway.send(FIRST);
  gateway.settle();
  const tool_calls = [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }];
  respond(stream, completion({ content: null, tool_calls }, "tool_calls"));
  assert.equal(gateway.pending.length, 0);
});

it("an entry that has become one with tool calls is not found by meaning any more", () => {
  const gateway = new SemanticGateway({ store_tool_calls: true });
  gateway.ask(FIRST);
  const stream = gateway.send(FIRST, [["cache-control", "no-cache"]]);
  const tool_calls = [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }];
  respond(stream, completion({ content: null, tool_calls }, "tool_calls"));
  const other = gateway.send(ALIKE);
  gateway.settle();
  assert.ok(isAsked(other));
  respond(other, completion({ content: "response 2" }));
  assert.ok(!isAsked(gateway.send(FIRST)));
});
