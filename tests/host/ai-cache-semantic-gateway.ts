// SPDX-License-Identifier: Apache-2.0
// ai-cache on the Node host with a mock embedding service and a vector store.
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { vectors } from "../vectors/index.ts";
import { ask, bodyOf, completion, isAsked, respond, type Gateway } from "./ai-cache-gateway.ts";
import type { HttpCallout } from "./callouts.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost, type CalloutReply } from "./proxy-host.ts";
import type { StreamOptions } from "./stream-options.ts";

/** A service's reply to a call; `null` for none. */
export type Service = (request: ProviderRequest) => CalloutReply | null;

/** The configuration of the search. */
export const SEMANTIC = {
  embedding: { type: "openai", cluster: "embedding", apiKey: "key-of-openai" },
  vector: {
    ...{ type: "qdrant", cluster: "vector", apiKey: "key-of-qdrant", collectionID: "cache" },
    ...{ threshold: 0.75, thresholdRelation: "gt" },
  },
};

/** A mock of tests/vectors. */
export const mock =
  (name: string): Service =>
  (request) =>
    toReply(vectors[name].handle(request));

const toReply = ({ status, headers, chunks }: ProviderReply): CalloutReply => ({
  ...{ status, headers, body: Buffer.concat(chunks) },
});

/** ai-cache, configured, and its services by the names of their clusters. */
export class SemanticGateway {
  readonly gateway: Gateway;
  services: Record<string, Service> = { embedding: mock("embedding-openai"), vector: mock("vector-qdrant") };
  calls = 0;
  private answers = 0;

  constructor(configuration: object = {}) {
    const host = new ProxyHost("build/ai-cache.wasm", {
      logLevel: "warn",
      clusters: ["upstream", "embedding", "vector"],
    });
    const all = { share: "route", cache: { type: "memory", places: 65536 }, ...SEMANTIC, ...configuration };
    const context = host.configure("ai-cache", JSON.stringify(all));
    if (!context) throw new Error("the configuration is refused");
    this.gateway = { host, context };
  }

  get host(): ProxyHost {
    return this.gateway.host;
  }

  get pending(): HttpCallout[] {
    return this.host.callouts.filter((call): call is HttpCallout => call.kind === "http");
  }

  /** Lets the services reply until no call is left. */
  settle(): void {
    for (let [call] = this.pending; call; [call] = this.pending) {
      this.calls++;
      const reply = this.services[call.cluster](requestOf(call));
      if (reply) this.host.answer(call, reply);
      else this.host.fail(call);
    }
    this.host.check();
  }

  /** Sends a question; the provider responds if it is asked. Returns which response the client has, and whether it was found by meaning. */
  ask(question: string, more: HeaderPair[] = [], body: object = {}, options: StreamOptions = {}): [string, boolean] {
    const stream = this.send(question, more, body, options);
    this.settle();
    if (isAsked(stream)) respond(stream, completion({ content: `response ${++this.answers}` }));
    this.settle();
    const isFound = stream.client.headers?.get("x-ai-cache-match") === "semantic";
    return [/response \d+/.exec(bodyOf(stream))?.[0] ?? "", isFound];
  }

  send(question: string, more: HeaderPair[] = [], body: object = {}, options: StreamOptions = {}): HttpStream {
    return ask(this.gateway, more, { messages: [{ role: "user", content: question }], ...body }, options);
  }
}

/** A call as the service receives it. */
export function requestOf({ headers, body }: HttpCallout): ProviderRequest {
  return {
    method: headers.get(":method") ?? "",
    path: headers.get(":path") ?? "",
    authority: headers.get(":authority") ?? "",
    headers: headers.pairs().filter(([name]) => !name.startsWith(":")),
    body,
  };
}
