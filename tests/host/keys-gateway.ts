// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import type { ClientRequest } from "../harness/http-client.ts";
import { chatOf, configurationOf, failed, KEYS, KeyScript, routes } from "../harness/keys.ts";
import type { RootContext } from "./contexts.ts";
import { runStream, sendRequest, type Outcome } from "./exchange.ts";
import type { HttpStream } from "./http-stream.ts";
import { ProxyHost, type HostOptions } from "./proxy-host.ts";
import { SharedData } from "./shared-data.ts";
import type { StreamOptions } from "./stream-options.ts";

/** The consumer of a request that names none. */
export const CONSUMER = "alice";

/** ai-proxy with a scripted provider. */
export class Gateway {
  readonly script = new KeyScript();
  readonly host: ProxyHost;
  readonly options: StreamOptions = { position: "upstream", routes };
  private context: RootContext;

  constructor(
    options: object = { failover: { enabled: true } },
    readonly shared = new SharedData(),
    keys = KEYS,
    more: HostOptions = {},
  ) {
    this.host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "info", shared, ...more });
    this.context = this.configure(options, keys);
  }

  configure(options: object, keys = KEYS): RootContext {
    const context = this.host.configure("ai-proxy", configurationOf(options, keys));
    assert.ok(context);
    return (this.context = context);
  }

  send(request: ClientRequest = chatOf({ consumer: CONSUMER }), state: Record<string, string> = {}): Outcome {
    const stream = this.host.stream(this.context, this.options);
    for (const [name, value] of Object.entries(state))
      stream.filterState.set(name, { value: Buffer.from(value), readonly: false, span: 1 });
    return runStream(this.host, stream, request, { answer: this.script.answer });
  }

  /** A stream whose request was sent, and to which the provider has not replied. */
  open(request: ClientRequest = chatOf({ consumer: CONSUMER })): HttpStream {
    const stream = this.host.stream(this.context, this.options);
    sendRequest(stream, request);
    return stream;
  }

  logs(text: string): string[] {
    return this.host.vm.logs.map(({ text }) => text).filter((line) => line.includes(text));
  }
}

/** The keys in the order in which the consumer gets them. */
export function orderOf(consumer: string, keys = KEYS): string[] {
  const gateway = new Gateway({ failover: { enabled: true } }, new SharedData(), keys);
  const order: string[] = [];
  while (order.length < keys.length) {
    gateway.send(chatOf({ consumer }));
    order.push(gateway.script.sent.at(-1)!);
    gateway.script.set(Object.fromEntries(order.map((key) => [key, failed(401)])));
  }
  return order;
}

/** The first value of a response header. */
export const header = ({ response }: Outcome, name: string): string | undefined =>
  response.headers.find(([key]) => key === name)?.[1];

/** The keys in the order of `CONSUMER`. */
export const [first, second, third] = orderOf(CONSUMER);
/** The error in the body. */
export const errorOf = ({ response }: Outcome): { message: string; type: string; code: string } =>
  JSON.parse(response.body.toString()).error;
