// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { answerCallout, calloutsOf } from "../harness/case-callouts.ts";
import { keyAuthFor } from "../harness/case-consumers.ts";
import { DOWN_CLUSTER, usesRedis } from "../harness/case-redis.ts";
import { routeConfiguration, type Case, type Exchange } from "../harness/case.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { failures, ssePayloads, type Observation } from "../harness/expectation.ts";
import { send } from "../harness/http-client.ts";
import { leakedSecrets, repeated, secretsOf } from "../harness/log-lines.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import type { Position } from "../harness/positions.ts";
import { answer, bodyBytes, toClientRequest } from "../harness/wire.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";

const CASE_HEADER = "x-test-case";
/** What is logged of each request. */
const FIELDS = { details: "%RESPONSE_CODE_DETAILS%", ai_log: "%FILTER_STATE(wasm.ai_log:PLAIN)%" };
const RETRY_MS = 20;
const MOST_RETRIES = 100;
const root = resolve(import.meta.dirname, "../..");

/** A case in the ring: its listener's name, its module, and the last request of its upstream. */
interface Entry {
  id: string;
  testCase: Case;
  wasm: string;
  exchange: Exchange | null;
  upstream: Observation["upstream"];
  exchanges: number;
}

/**
 * Many cases in one real Envoy: each has its own listener, VM and log prefix. The listeners come from a file, so
 * that Envoy refuses only the listeners with a wrong configuration and runs the others.
 */
export class CaseRing {
  private readonly entries: Entry[];
  private readonly folder: string;
  private server: RunningServer | undefined;
  /** The services that the plugins call. */
  private services: RunningServer[] = [];
  private envoy: EnvoyProcess | undefined;
  private valkey: Valkey | undefined;

  /** All cases of one ring have the same upstream protocol, so that a cluster name is unambiguous. */
  constructor(
    cases: { testCase: Case; wasm: string }[],
    private readonly upstreamHttp2: boolean,
    private readonly position: Position = "downstream",
  ) {
    this.entries = cases.map(({ testCase, wasm }, index) => {
      return { id: `case-${index}`, testCase, wasm, exchange: null, upstream: null, exchanges: 0 };
    });
    const parent = join(root, "tests/.tmp");
    mkdirSync(parent, { recursive: true });
    this.folder = mkdtempSync(join(parent, "ring-"));
  }

  /** Starts the mock upstream and Envoy. */
  async start(): Promise<void> {
    this.server = await serve((request) => this.answer(request), { http2: this.upstreamHttp2 });
    const names = this.entries.flatMap(({ testCase }) => testCase.routes.map((route) => route.cluster ?? "upstream"));
    const { port } = this.server;
    const clusters = [...new Set(names)].map((name) => clusterFor({ name, port, http2: this.upstreamHttp2 }));
    clusters.push(...(await this.startServices()));
    const type = "type.googleapis.com/envoy.config.listener.v3.Listener";
    const resources = this.entries.map((entry) => ({ "@type": type, ...this.listener(entry) }));
    const path = join(this.folder, "listeners.json");
    writeFileSync(path, JSON.stringify({ resources }));
    this.envoy = await startEnvoy({
      ...(await this.bootstrap(clusters)),
      node: { id: "ring", cluster: "ring" },
      dynamic_resources: { lds_config: { path_config_source: { path } } },
    });
  }

  /** Starts the services that the plugins call; returns their clusters. */
  private async startServices(): Promise<EnvoyConfig[]> {
    const callouts = calloutsOf(this.entries.map(({ testCase }) => testCase));
    const clusters = Object.keys(callouts).map(async (name) => {
      const server = await serve((request) => answerCallout(callouts, name, request));
      this.services.push(server);
      return clusterFor({ name, port: server.port });
    });
    return Promise.all(clusters);
  }

  /** The bootstrap, with Redis if a case needs it. */
  private async bootstrap(clusters: EnvoyConfig[]): Promise<EnvoyConfig> {
    const cases = this.entries.map(({ testCase }) => testCase).filter(usesRedis);
    if (!cases.length) return bootstrapFor([], clusters);
    this.valkey = await Valkey.start();
    const down = clusterFor({ name: DOWN_CLUSTER, port: 1, http2: true });
    return withRedis(bootstrapFor([], [...clusters, down]), { port: this.valkey.port });
  }

  /** Stops what `start` started. */
  async stop(): Promise<void> {
    await this.envoy?.stop();
    await this.valkey?.stop();
    await this.server?.close();
    await Promise.all(this.services.map((service) => service.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs one case; returns all errors. */
  async run(testCase: Case): Promise<string[]> {
    const entry = this.entries.find((other) => other.testCase === testCase);
    if (!entry || !this.envoy) throw new Error("the case is not in this ring, or the ring was not started");
    const port = this.envoy.listenerPorts[entry.id];
    // Not before: what they write may expire while other cases run.
    for (const command of testCase.redis ?? []) await this.valkey?.run(...command);
    const problems: string[] = [];
    if (testCase.configError && port) problems.push("Envoy accepted the configuration");
    else if (!testCase.configError && !port)
      problems.push(`Envoy refused the configuration: ${this.logs(entry).join("; ")}`);
    else if (port) {
      for (const exchange of testCase.exchanges) {
        for (let count = 0; count < (exchange.repeat ?? 1); count++) {
          let found = await this.exchange(entry, exchange, port);
          for (let tries = 0; exchange.retry && found.length && tries < MOST_RETRIES; tries++) {
            await sleep(RETRY_MS);
            found = await this.exchange(entry, exchange, port);
          }
          problems.push(...found.map((text) => `${exchange.name}: ${text}`));
        }
      }
    }
    return [...problems, ...(await this.logProblems(entry))];
  }

  private async exchange(entry: Entry, exchange: Exchange, port: number): Promise<string[]> {
    entry.exchange = exchange;
    entry.upstream = null;
    const request = toClientRequest(exchange.request);
    const leaveWhen = exchange.reply?.end === "hang" ? hasAll(exchange) : undefined;
    const response = await send(port, request, { http2: entry.testCase.downstreamHttp2, leaveWhen });
    entry.exchanges++;
    const isLogged = exchange.expect?.details !== undefined || exchange.expect?.aiLog !== undefined;
    const logged = isLogged ? await this.logged(entry) : undefined;
    return failures(exchange, { request, response, upstream: entry.upstream, ...logged });
  }

  private answer(request: ProviderRequest): ProviderReply {
    const id = request.headers.find(([name]) => name === CASE_HEADER)?.[1];
    const entry = this.entries.find((other) => other.id === id);
    if (!entry?.exchange) throw new Error(`a request of no case: ${request.method} ${request.path}`);
    const seen = { ...request, headers: request.headers.filter(([name]) => name !== CASE_HEADER) };
    const reply = answer(entry.testCase, entry.exchange, seen);
    entry.upstream = { request: seen, reply };
    return reply;
  }

  private listener({ id, testCase, wasm }: Entry): EnvoyConfig {
    const { plugin, configuration, bufferLimitBytes } = testCase;
    const routes = testCase.routes.map((route) => {
      const config = routeConfiguration(route);
      return routeFor({
        name: route.name,
        match: route.match,
        cluster: route.cluster ?? "upstream",
        metadata: config === undefined ? undefined : { [plugin]: { config } },
        disabled: route.disabled ? [plugin] : [],
        direct: route.direct,
        addToRequest: { [CASE_HEADER]: id },
      });
    });
    const keyAuth = keyAuthFor(testCase);
    const before = keyAuth
      ? [wasmFilter({ plugin: "key-auth", wasm: "build/key-auth.wasm", configuration: keyAuth, vmId: id })]
      : [];
    return listenerFor({
      name: id,
      routes,
      [this.position]: [...before, wasmFilter({ plugin, wasm, configuration, vmId: id })],
      accessLog: { path: join(this.folder, `${id}.log`), fields: FIELDS },
      bufferLimitBytes,
    });
  }

  /** What is logged of the latest request. Envoy writes its access log a moment after the client has its response. */
  private async logged(entry: Entry): Promise<Pick<Observation, "details" | "filterState">> {
    const path = join(this.folder, `${entry.id}.log`);
    for (let attempt = 0; attempt < 250; attempt++) {
      const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
      if (lines.length >= entry.exchanges) {
        const { details, ai_log } = JSON.parse(lines[entry.exchanges - 1]) as {
          details: string;
          ai_log: string | null;
        };
        return { details, ...(ai_log === null ? {} : { filterState: { ai_log } }) };
      }
      await sleep(20);
    }
    throw new Error(`no access log line of exchange ${entry.exchanges} of ${entry.testCase.name}`);
  }

  /** The plugin's log lines of this case: its VM id is that of the case. */
  private logs(entry: Entry): string[] {
    const prefix = new RegExp(`wasm log [^:]*\\b${entry.id}: `);
    return (this.envoy?.logs() ?? [])
      .filter((line) => prefix.test(line))
      .map((line) => line.replace(/^.*?wasm log /, ""));
  }

  private async logProblems(entry: Entry): Promise<string[]> {
    const { contains, once, excludes } = entry.testCase.logs;
    // The access log is the last line that Envoy writes for a stream: the plugin's lines precede it.
    if (entry.exchanges > 0) await this.logged(entry);
    const wanted = [...contains, ...once, ...(entry.testCase.configError ?? [])];
    let lines = this.logs(entry);
    const missing = (): string[] => wanted.filter((text) => !lines.some((line) => line.includes(text)));
    for (let attempt = 0; attempt < 100 && missing().length > 0; attempt++) {
      await sleep(20);
      lines = this.logs(entry);
    }
    return [
      ...missing().map(
        (text) => `no log line contains ${JSON.stringify(text)}; there is:\n    ${lines.join("\n    ")}`,
      ),
      ...excludes
        .filter((text) => lines.some((line) => line.includes(text)))
        .map((text) => `a log line contains "${text}"`),
      ...repeated(once, lines),
      ...leakedSecrets(secretsOf(entry.testCase), lines),
    ];
  }
}

/** The client disconnects from an endless stream once it has received the expected data. */
function hasAll({ expect }: Exchange): (body: Buffer) => boolean {
  const events = expect?.sse?.length;
  const size = expect && bodyBytes(expect)?.length;
  return (body) => {
    if (events !== undefined) return ssePayloads(body).length >= events;
    return body.length >= (size ?? 1);
  };
}
