// SPDX-License-Identifier: Apache-2.0
// A worker on the Node host with `fallback` in both positions: a route for each target, whose provider has the target's name.
import assert from "node:assert/strict";
import { fallbackAction, tombstoneMetadata, tombstoneReply } from "../harness/fallback-set.ts";
import type { ClientRequest } from "../harness/http-client.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { runStream, type Outcome } from "./exchange.ts";
import { HttpStream, type Chains } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import type { HostRoute } from "./routes.ts";
import type { SharedData } from "./shared-data.ts";

/** A target of the policy, and what it sends. */
export interface WorkerOptions {
  /** The policies by the name of their route. */
  policies: Record<string, object>;
  /** The names of the routes that have none. */
  targets?: string[];
  /** Routes whose requests a limiter sends to the tombstone. */
  limited?: string[];
  shared?: SharedData;
  /** What else the routes do. */
  action?: object;
  /** Plugins in the chains, given the places of `fallback`. */
  places?: (own: Chains["downstream"][0]) => Chains;
}

export const JSON_TYPE: HeaderPair = ["content-type", "application/json"];

/** A reply with these headers and this text. */
export const replyOf = (status: number, text = "", headers: HeaderPair[] = []): ProviderReply => ({
  ...{ status, headers: text ? [JSON_TYPE, ...headers] : headers },
  chunks: text ? [Buffer.from(text)] : [],
});

/** A provider that has no capacity. */
export const busy = replyOf(429, '{"error":{"message":"Slow down."}}');
/** A provider that serves. */
export const served = replyOf(200, '{"choices":[]}');

/** A request with a JSON body to a route. */
export function chatTo(route: string, more: Partial<ClientRequest> = {}): ClientRequest {
  const body = Buffer.from(JSON.stringify({ model: "m", messages: [] }));
  return {
    ...{ method: "POST", path: `/v1/chat/completions?route=${route}`, authority: "gateway.example", chunks: [body] },
    headers: [JSON_TYPE, ["x-route", route]],
    ...more,
  };
}

/** The worker. */
export class Worker {
  readonly host: ProxyHost;
  /** What each provider sends; one without a reply serves. */
  replies: Record<string, ProviderReply> = {};
  /** The providers that were asked, in order. */
  asked: string[] = [];
  /** Called before a provider replies. */
  onAsked: (provider: string) => void = () => undefined;
  private readonly routes: HostRoute[];
  private readonly names: string[];
  private places: Chains;

  constructor(private readonly options: WorkerOptions) {
    const { policies, targets = [], limited = [], action = {} } = options;
    const set = { ...fallbackAction, ...action };
    const matches = (header: string, exact: string): HostRoute["match"] => ({
      ...{ prefix: "/", headers: [{ name: header, string_match: { exact } }] },
    });
    const routeOf = (name: string, header: string): HostRoute => ({
      ...{
        name: name,
        match: matches(header, name),
        cluster: limited.includes(name) ? "tombstone" : `${name}-set`,
        action: set,
      },
      metadata: policies[name] ? { fallback: { config: JSON.stringify(policies[name]) } } : undefined,
    });
    this.names = [...Object.keys(policies), ...targets];
    this.routes = this.names.flatMap((name) => [routeOf(name, "x-ai-fallback-target")]);
    this.routes.push(...Object.keys(policies).map((name) => routeOf(name, "x-route")));
    this.host = new ProxyHost("build/fallback.wasm", { logLevel: "error", shared: options.shared });
    this.places = this.configure();
  }

  /** Gives the plugin a new configuration. */
  configure(): Chains {
    const root = this.host.configure("fallback");
    assert.ok(root);
    const own = { vm: this.host.vm, root };
    return (this.places = this.options.places?.(own) ?? { downstream: [own], upstream: [own] });
  }

  /** A stream that the test drives itself. */
  stream(): HttpStream {
    const clusters = this.names.flatMap((name) => [{ name }, { name: `${name}-set`, members: [name, "tombstone"] }]);
    const tombstone = { name: "tombstone", endpointMetadata: tombstoneMetadata };
    return new HttpStream(this.places, { routes: this.routes, clusters: [...clusters, tombstone] });
  }

  /** Sends a request; the test finds in `asked` who was asked for it. */
  send(request: ClientRequest, state: Record<string, string> = {}): Outcome {
    this.asked = [];
    const stream = this.stream();
    for (const [name, value] of Object.entries(state))
      stream.filterState.set(name, { value: Buffer.from(value), readonly: false, span: 1 });
    const answer = (_: ProviderRequest, cluster: string): ProviderReply => {
      if (cluster === "tombstone") return tombstoneReply;
      this.asked.push(cluster);
      this.onAsked(cluster);
      return this.replies[cluster] ?? served;
    };
    return runStream(this.host, stream, request, { answer });
  }

  /** Who was asked for a request to a route. */
  askedBy(route: string): string[] {
    this.send(chatTo(route));
    return this.asked;
  }
}

/** The first value of a response header. */
export const headerOf = ({ response }: Outcome, name: string): string | undefined =>
  response.headers.find(([key]) => key === name)?.[1];
