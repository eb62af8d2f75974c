// SPDX-License-Identifier: Apache-2.0
// ai-cache with a real Chroma: what it writes is accepted, and what it reads is what Chroma sends.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { findChroma, startChroma, type Chroma } from "../harness/chroma.ts";
import { bodyOf, completion, isAsked, respond } from "./ai-cache-gateway.ts";
import { mock, requestOf, SemanticGateway } from "./ai-cache-semantic-gateway.ts";

const COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections";
const FIRST = "How do I reset my password?";
const ALIKE = "how do I reset a password";
const { missing } = findChroma();

describe("ai-cache with a real Chroma", { skip: missing ?? false }, () => {
  let chroma: Chroma;
  let id = "";

  before(async () => {
    chroma = await startChroma();
    id = await create("cache");
    await create("cosine", { configuration: { hnsw: { space: "cosine" } } });
  });
  after(() => chroma?.stop());

  async function create(name: string, more: object = {}): Promise<string> {
    const body = JSON.stringify({ name, ...more });
    const headers = { "content-type": "application/json" };
    const response = await fetch(chroma.url + COLLECTIONS, { method: "POST", headers, body });
    assert.equal(response.status, 200);
    return ((await response.json()) as { id: string }).id;
  }

  const gatewayOf = (collectionID: string, change: object = {}): SemanticGateway =>
    new SemanticGateway({ vector: { type: "chroma", cluster: "vector", collectionID, threshold: 0.5 }, ...change });

  /** Lets the embedding service and Chroma reply until no call is left. */
  async function settle(gateway: SemanticGateway): Promise<void> {
    for (let [call] = gateway.pending; call; [call] = gateway.pending) {
      if (call.cluster === "embedding") gateway.host.answer(call, mock("embedding-openai")(requestOf(call))!);
      else {
        const { method, path, headers, body } = requestOf(call);
        const sent = method === "GET" ? {} : { body: body.toString() };
        const response = await fetch(chroma.url + path, { method, headers, ...sent });
        gateway.host.answer(call, { status: response.status, body: Buffer.from(await response.arrayBuffer()) });
      }
    }
    gateway.host.check();
  }

  /** The text that the client gets, and how. The provider responds to a miss with the question itself. */
  async function ask(gateway: SemanticGateway, question: string, body: object = {}): Promise<[string, string | null]> {
    const stream = gateway.send(question, question === FIRST ? [] : [["cache-control", "no-store"]], body);
    await settle(gateway);
    if (isAsked(stream)) respond(stream, completion({ content: `to: ${question}` }));
    await settle(gateway);
    const { choices } = JSON.parse(bodyOf(stream)) as { choices: { message: { content: string } }[] };
    return [choices[0].message.content, stream.client.headers!.get("x-ai-cache-match") ?? null];
  }

  const ways: Record<string, () => SemanticGateway> = {
    "by the name of the collection": () => gatewayOf("cache"),
    "by its UUID": () => gatewayOf(id, { version: "by UUID" }),
    "with the distance cosine": () => gatewayOf("cosine", { version: "cosine" }),
    "with the entries in Chroma": () =>
      gatewayOf("cache", { version: "entries", cache: undefined, secret: "a secret of it" }),
  };
  for (const [name, start] of Object.entries(ways)) {
    it(`finds a question in other words ${name}`, async () => {
      const gateway = start();
      assert.deepEqual(await ask(gateway, FIRST), [`to: ${FIRST}`, null]);
      assert.deepEqual(await ask(gateway, ALIKE), [`to: ${FIRST}`, "semantic"]);
      assert.deepEqual(await ask(gateway, "Where is my invoice?"), ["to: Where is my invoice?", null]);
      assert.deepEqual(await ask(gateway, ALIKE, { model: "other" }), [`to: ${ALIKE}`, null]);
    });
  }

  it("serves another Envoy from the entries in Chroma", async () => {
    const config = { version: "two", cache: undefined };
    await ask(gatewayOf("cache", config), FIRST);
    assert.deepEqual(await ask(gatewayOf("cache", config), ALIKE), [`to: ${FIRST}`, "semantic"]);
  });

  it("takes a collection that is not there, or is made again, for a miss", async () => {
    const gateway = gatewayOf("later");
    assert.deepEqual(await ask(gateway, FIRST), [`to: ${FIRST}`, null]);
    for (let round = 0; round < 2; round++) {
      await create("later");
      await ask(gateway, `another question number${round}`);
      await ask(gateway, FIRST, { user: `u${round}` });
      await ask(gateway, FIRST, { user: `v${round}` });
      assert.deepEqual(await ask(gateway, ALIKE, { user: `v${round}` }), [`to: ${FIRST}`, "semantic"]);
      const response = await fetch(`${chroma.url}${COLLECTIONS}/later`, { method: "DELETE" });
      assert.equal(response.status, 200);
    }
  });
});
