// SPDX-License-Identifier: Apache-2.0
import type { RootContext } from "../host/contexts.ts";
import type { HostRoute } from "../host/routes.ts";
import { ProxyHost } from "../host/proxy-host.ts";
import { Random } from "../unit/random.ts";
import { drive } from "./drive.ts";
import { faults, type Played } from "./laws.ts";
import { attack, CLIENT_KEY, providerReply } from "./messages.ts";
import { Work } from "./work.ts";
import { mutateJson } from "./mutate.ts";
import { GATEWAY_KEY, type Target } from "./targets.ts";

/** Concurrent exchanges. */
const OPEN = 4;
const ROUTE_CONFIGS = 30;
const TEXTS = ["", "a context", '"\\\n\u0000', "\u00ff\ud83d", "x".repeat(1000), "{}"];
const BUFFER_LIMIT = 4 * 1024 * 1024;

interface Open {
  played: Played;
  steps: ReturnType<typeof drive>;
  work: Work;
}

/** Attacks one target on one VM, with several concurrent exchanges, and checks every law after each. */
export class Fuzzer {
  readonly host: ProxyHost;
  /** Exchanges so far. */
  count = 0;
  private readonly context: RootContext;
  private readonly routeConfigs: string[];
  private random = new Random(0);

  constructor(
    readonly target: Target,
    wasm: string,
    configSeed = 1,
  ) {
    this.host = new ProxyHost(wasm, { logLevel: "warn" });
    const context = this.host.configure("ai-proxy", JSON.stringify(target.config));
    if (!context) throw new Error(`${target.name}: ${this.host.vm.logs.map(({ text }) => text).join("; ")}`);
    this.context = context;
    const random = new Random(configSeed);
    const text = JSON.stringify(target.config);
    this.routeConfigs = Array.from({ length: ROUTE_CONFIGS }, () => mutateJson(text, random).toString("latin1"));
  }

  /** Runs this number of exchanges; the same seed runs the same ones. Throws at the first error. */
  run(exchanges: number, seed: number): void {
    this.random = new Random(seed);
    const open: Open[] = [];
    let begun = 0;
    while (begun < exchanges || open.length > 0) {
      if (begun < exchanges && open.length < OPEN) {
        open.push(this.begin());
        begun++;
      }
      const at = this.random.below(open.length);
      const { played, steps, work } = open[at];
      const step = work.measure(() => steps.next());
      this.answerCallouts();
      this.host.check();
      if (!step.done) continue;
      open.splice(at, 1);
      this.finish(played, work);
    }
  }

  /** The memory of the module after a collection, in bytes. */
  heldBytes(): number {
    this.host.collectGarbage();
    const use = this.host.vm.heapUse();
    if (!use) throw new Error("the module's heap cannot be read");
    return use.bytes;
  }

  private begin(): Open {
    const { host, random, target } = this;
    const routes = this.routes();
    const http2 = random.below(2) > 0;
    const stream = host.stream(this.context, {
      bufferLimitBytes: BUFFER_LIMIT,
      downstreamHttp2: http2,
      upstreamHttp2: random.below(2) > 0,
      ...(routes ? { routes } : {}),
    });
    const sent = attack(target, random);
    const onRoute = routes ? { ...target, hasKey: false, isOriginal: true } : target;
    const played: Played = { target: onRoute, attack: sent, stream, reply: null };
    if (random.below(50) === 0) host.advance(random.below(2000));
    const steps = drive(stream, sent, (streams) => (played.reply = providerReply(target, streams, random)));
    return { played, steps, work: new Work(host.vm, this.context) };
  }

  /** Answers the plugin's callouts: late, wrongly, or not at all. */
  private answerCallouts(): void {
    const { host, random } = this;
    for (const call of host.callouts) {
      if (call.kind !== "http" || random.below(10) > 0) continue;
      if (random.below(4) === 0) host.fail(call);
      else host.answer(call, { status: random.pick([200, 200, 302, 404, 500]), body: random.pick(TEXTS) });
    }
  }

  /** Sometimes sets a configuration on the route, which is broken in most cases. */
  private routes(): HostRoute[] | null {
    if (this.random.below(25) > 0) return null;
    const config = this.random.pick(this.routeConfigs);
    return [{ name: "r", match: { prefix: "/" }, cluster: "upstream", metadata: { "ai-proxy": { config } } }];
  }

  private finish(played: Played, work: Work): void {
    this.count++;
    const found = [...faults(played), ...work.faults(bytesOf(played))];
    const { logs } = this.host.vm;
    for (const { text } of logs) {
      if (text.includes(GATEWAY_KEY) || text.includes(CLIENT_KEY)) found.push(`a key stands in the log: ${text}`);
    }
    logs.length = 0;
    if (found.length > 0) throw new Error(`${found.join("; ")}\n${describe(played)}`);
  }
}

/** All received bytes. */
function bytesOf({ attack: sent, reply }: Played): number {
  const headers = [...sent.headers, ...(reply?.headers ?? [])].flat().join("");
  const bodies = [sent.body, ...(reply?.chunks ?? [])].reduce((sum, { length }) => sum + length, 0);
  return sent.path.length + headers.length + bodies;
}

/** The events of the exchange, for a manual reproduction. */
function describe({ target, attack: sent, stream, reply }: Played): string {
  const cut = (bytes: Buffer): string => JSON.stringify(bytes.subarray(0, 1500).toString("latin1"));
  return [
    `target:   ${target.name}`,
    `request:  ${sent.method} ${sent.path} ${JSON.stringify(sent.headers)} ${cut(sent.body)}`,
    `upstream: ${stream.upstream.headers?.get(":path")} ${cut(stream.upstream.bodyBytes)}`,
    `response: ${reply?.status} ${JSON.stringify(reply?.headers)} end ${reply?.end} trailers ${!!reply?.trailers}`,
    `          ${JSON.stringify(reply?.chunks.map((chunk) => chunk.toString("latin1").slice(0, 1500)).slice(0, 20))}`,
    `client:   ${stream.details} ${stream.client.headers?.get(":status")} ${cut(stream.client.bodyBytes)}`,
  ].join("\n");
}
