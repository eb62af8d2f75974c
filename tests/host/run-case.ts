// SPDX-License-Identifier: Apache-2.0
import { routeConfiguration, type Case, type CaseCallouts, type Exchange } from "../harness/case.ts";
import { answerCallout } from "../harness/case-callouts.ts";
import { timelessAiLog } from "../harness/ai-log.ts";
import { failures } from "../harness/expectation.ts";
import type { ClientRequest } from "../harness/http-client.ts";
import type { Position } from "../harness/positions.ts";
import { leakedSecrets, repeated, secretsOf } from "../harness/log-lines.ts";
import { DOWN_CLUSTER, HIGRESS_CLUSTERS, REDIS_CLUSTER } from "../harness/case-redis.ts";
import { answer, split, toClientRequest } from "../harness/wire.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import { caseRedis } from "./case-redis.ts";
import type { HttpCallout } from "./callouts.ts";
import type { RootContext } from "./contexts.ts";
import { runStream, type Outcome } from "./exchange.ts";
import { findLeak } from "./leak-check.ts";
import { ProxyHost, type CalloutReply } from "./proxy-host.ts";
import type { RouteMatch } from "./routes.ts";
import type { StreamOptions } from "./stream-options.ts";

/** Bodies up to this size are also sent byte by byte; streams up to this size are cut at every offset. */
const EVERY_OFFSET = 6000;
/** A stream arrives in pieces of an eighth, or of this size if that is more. */
const PIECE_BYTES = 128;

/** One case on one module: its exchanges, and the laws that hold for every exchange. */
export class HostCase {
  private readonly options: StreamOptions;

  constructor(
    private readonly testCase: Case,
    private readonly wasm: string,
    position: Position = "downstream",
  ) {
    const { routes, bufferLimitBytes, downstreamHttp2, upstreamHttp2, plugin } = testCase;
    this.options = {
      position,
      ...(bufferLimitBytes === undefined ? {} : { bufferLimitBytes }),
      downstreamHttp2,
      upstreamHttp2,
      routes: routes.map((route) => {
        const config = routeConfiguration(route);
        return {
          name: route.name,
          match: (route.match ?? { prefix: "/" }) as RouteMatch,
          cluster: route.cluster ?? "upstream",
          // The host's texts are bytes.
          ...(config === undefined
            ? {}
            : { metadata: { [plugin]: { config: Buffer.from(config).toString("latin1") } } }),
          ...(route.disabled ? { disabled: [plugin] } : {}),
          ...(route.direct ? { direct: { headers: {}, body: "", ...route.direct } } : {}),
        };
      }),
    };
  }

  /** Runs the case as it is written; gives back everything that is wrong. */
  run(): string[] {
    const host = this.newHost();
    const context = host.configure(this.testCase.plugin, this.testCase.configuration);
    const problems: string[] = [];
    const wanted = this.testCase.configError;
    if (wanted && context) problems.push("the configuration was accepted");
    else if (!wanted && !context) problems.push("the configuration was refused");
    else if (context) {
      for (const exchange of this.testCase.exchanges) {
        for (let count = 0; count < (exchange.repeat ?? 1); count++) {
          const found = failures(exchange, this.exchange(host, context, exchange, toClientRequest(exchange.request)));
          problems.push(...found.map((text) => `${exchange.name}: ${text}`));
        }
      }
    }
    return [...problems, ...this.logProblems(host)];
  }

  /** The request arrives byte by byte: everything else stays as it is. */
  bytewiseRequests(): string[] {
    return this.eachAlone((host, context, exchange) => {
      const request = toClientRequest(exchange.request);
      const body = Buffer.concat(request.chunks);
      if (body.length === 0 || body.length > EVERY_OFFSET) return [];
      const bytewise = { ...request, chunks: split(body, 1) };
      return failures(exchange, this.exchange(host, context, exchange, bytewise)).map(
        (text) => `byte by byte: ${text}`,
      );
    });
  }

  /**
   * An event stream arrives cut at any byte, and byte by byte: the client receives the same bytes. A run has up to eight cuts, far
   * from each other, and each offset is a cut of one run.
   */
  cutStreams(): string[] {
    return this.eachAlone((host, context, exchange) => {
      const request = toClientRequest(exchange.request);
      const whole = this.exchange(host, context, exchange, request);
      const reply = whole.upstream?.reply;
      const body = Buffer.concat(reply?.chunks ?? []);
      if (!reply || !isEventStream(reply) || body.length < 2) return [];
      for (const chunks of cutWays(body)) {
        host.rewind();
        const cut = this.exchange(host, context, exchange, request, { ...reply, chunks });
        if (!cut.response.body.equals(whole.response.body)) {
          const sizes = chunks.map(({ length }) => length);
          return [
            `the stream in pieces of ${sizes.join(", ")} bytes gives ${JSON.stringify(cut.response.body.toString())}`,
          ];
        }
        if (aiLogOf(cut) !== aiLogOf(whole)) return [`a cut stream gives the ai_log ${aiLogOf(cut)}`];
      }
      return [];
    });
  }

  /** Both bodies arrive byte by byte, or in pieces of another size: the client receives the same bytes as from whole pieces. */
  bytewiseStreams(size = 1): string[] {
    return this.eachAlone((host, context, exchange) => {
      const request = toClientRequest(exchange.request);
      const whole = this.exchange(host, context, exchange, request);
      const reply = whole.upstream?.reply;
      const bodies = [request.chunks, reply?.chunks ?? []].map((chunks) => Buffer.concat(chunks));
      if (bodies.some((body) => body.length > EVERY_OFFSET)) return [];
      const [sent, chunks] = bodies.map((body) => split(body, size));
      host.rewind();
      const inPieces = this.exchange(
        host,
        context,
        exchange,
        { ...request, chunks: sent },
        reply && { ...reply, chunks },
      );
      const pieces = size === 1 ? "byte by byte" : `in pieces of ${size} bytes`;
      if (aiLogOf(inPieces) !== aiLogOf(whole)) return [`${pieces} it gives the ai_log ${aiLogOf(inPieces)}`];
      if (inPieces.response.body.equals(whole.response.body)) return [];
      return [`${pieces} it gives ${JSON.stringify(inPieces.response.body.toString())}`];
    });
  }

  /** An exchange that runs again and again leaves nothing behind in the module's memory. */
  leaks(): string[] {
    return this.eachAlone((host, context, exchange) => {
      const request = toClientRequest(exchange.request);
      const leak = findLeak(host, () => void this.exchange(host, context, exchange, request));
      return leak ? [leak] : [];
    });
  }

  private eachAlone(law: (host: ProxyHost, context: RootContext, exchange: Exchange) => string[]): string[] {
    if (this.testCase.stateful) return [];
    return this.testCase.exchanges.flatMap((exchange) => {
      const host = this.newHost();
      const context = host.configure(this.testCase.plugin, this.testCase.configuration);
      if (!context) return [`${exchange.name}: the configuration was refused`];
      return law(host, context, exchange).map((text) => `${exchange.name}: ${text}`);
    });
  }

  private exchange(
    host: ProxyHost,
    context: RootContext,
    exchange: Exchange,
    request: ClientRequest,
    fixedReply?: ProviderReply,
  ): Outcome & { request: ClientRequest; upstream: { request: ProviderRequest; reply: ProviderReply } | null } {
    let reply: ProviderReply | null = null;
    const { callouts } = this.testCase;
    const peers = {
      answer: (received: ProviderRequest): ProviderReply => {
        return (reply = fixedReply ?? answer(this.testCase, exchange, received));
      },
      ...(callouts ? { callout: (call: HttpCallout) => serviceReply(callouts, call) } : {}),
      redis: (host: ProxyHost) => caseRedis.pump(host),
    };
    const stream = host.stream(context, this.options);
    const { consumer } = exchange.request;
    if (consumer) stream.filterState.set("ai_consumer", { value: Buffer.from(consumer), readonly: false, span: 1 });
    const outcome = runStream(host, stream, request, peers);
    const upstream = outcome.received && reply ? { request: outcome.received, reply } : null;
    return { ...outcome, request, upstream };
  }

  private newHost(): ProxyHost {
    const clusters = this.testCase.routes.map((route) => route.cluster ?? "upstream");
    caseRedis.begin(this.testCase);
    const isHigress = this.wasm.startsWith("build/higress/");
    return new ProxyHost(this.wasm, {
      clusters: [
        ...clusters,
        ...Object.keys(this.testCase.callouts ?? {}),
        ...(isHigress ? HIGRESS_CLUSTERS : [REDIS_CLUSTER]),
        DOWN_CLUSTER,
      ],
      isHigress,
    });
  }

  private logProblems(host: ProxyHost): string[] {
    const lines = host.vm.logs.map(({ text }) => text);
    const { contains, once, excludes } = this.testCase.logs;
    const missing = [...contains, ...once, ...(this.testCase.configError ?? [])]
      .filter((text) => !lines.some((line) => line.includes(text)))
      .map((text) => `no log line contains ${JSON.stringify(text)}; there is:\n    ${lines.join("\n    ")}`);
    const present = excludes
      .filter((text) => lines.some((line) => line.includes(text)))
      .map((text) => `a log line contains ${JSON.stringify(text)}`);
    return [...missing, ...present, ...repeated(once, lines), ...leakedSecrets(secretsOf(this.testCase), lines)];
  }
}

/** The reply of a service to a call. If it does not respond, Envoy does: 503 without a connection, 504 after the timeout. */
function serviceReply(callouts: CaseCallouts, { cluster, headers, body }: HttpCallout): CalloutReply {
  const {
    status,
    headers: replied,
    chunks,
    end,
  } = answerCallout(callouts, cluster, {
    method: headers.get(":method") ?? "",
    path: headers.get(":path") ?? "",
    authority: headers.get(":authority") ?? "",
    headers: headers.pairs().filter(([name]) => !name.startsWith(":")),
    body,
  });
  if (end === "refuse" || end === "cut") return { status: 503, body: "upstream connect error" };
  if (end === "hang") return { status: 504, body: "upstream request timeout" };
  return { status, headers: replied, body: Buffer.concat(chunks) };
}

/** A body byte by byte, and in equal pieces behind a first one of every size: each offset is a cut of one of them. */
function cutWays(body: Buffer): Buffer[][] {
  const step = Math.ceil(body.length / EVERY_OFFSET);
  const piece = Math.max(PIECE_BYTES, Math.ceil(body.length / 8));
  const ways = [split(body, 1)];
  for (let first = 1; first <= Math.min(piece, body.length - 1); first += step)
    ways.push([body.subarray(0, first), ...split(body.subarray(first), piece)]);
  return ways;
}

const aiLogOf = ({ filterState }: Outcome): string => timelessAiLog(filterState.ai_log);

const isEventStream = (reply: ProviderReply): boolean =>
  reply.headers.some(([name, value]) => name === "content-type" && value.startsWith("text/event-stream"));
