// SPDX-License-Identifier: Apache-2.0
// The same probe runs on the Node host and in the real Envoy: what every host call answers in every phase must be equal.
// A difference is a bug of the host.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { runExchange, type Outcome } from "./exchange.ts";
import { compileProbe, PROBE_WASM } from "./probe/compile.ts";
import { scenarios } from "./probe/scenarios/index.ts";
import { toRequest, type Scenario } from "./probe/scenarios/scenario.ts";
import { ProxyHost } from "./proxy-host.ts";

/** What is compared. */
interface Observed {
  lines: string[];
  status: number;
  body: string;
  end: string;
  details: string;
  headers: string;
  upstream: string | null;
  upstreamHeaders: string;
}

const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
const requests = new Map<string, ProviderRequest>();
let envoy: EnvoyProcess;
let servers: RunningServer[] = [];

before(async () => {
  await compileProbe();
  const scenarioOf = (request: ProviderRequest) => {
    const name = request.headers.find(([header]) => header === "x-scenario")?.[1] ?? "";
    requests.set(name, request);
    return byName.get(name)?.reply ?? { status: 500, headers: [], chunks: [] };
  };
  servers = await Promise.all([
    serve(scenarioOf),
    serve(scenarioOf, { http2: true }),
    serve(() => ({ status: 200, headers: [["x-side", "yes"]], chunks: [Buffer.from("from the side")] })),
    serve(grpcService, { http2: true }),
  ]);
  const [http1, http2, side, grpc] = servers.map(({ port }) => port);
  const clusters = [
    clusterFor({ name: "upstream", port: http1 }),
    clusterFor({ name: "upstream-http2", port: http2, http2: true }),
    clusterFor({ name: "side", port: side }),
    clusterFor({ name: "grpc", port: grpc, http2: true }),
  ];
  envoy = await startEnvoy(bootstrapFor(scenarios.map(listenerOf), clusters));
});

after(async () => {
  await envoy?.stop();
  await Promise.all(servers.map((server) => server.close()));
});

/** A gRPC service of two methods: one answers, the other fails. */
function grpcService(request: ProviderRequest): ProviderReply {
  const failed = request.path.endsWith("/Fail");
  const status: HeaderPair[] = failed
    ? [
        ["grpc-status", "5"],
        ["grpc-message", "not here"],
      ]
    : [["grpc-status", "0"]];
  const message = Buffer.concat([Buffer.from([0, 0, 0, 0, 4]), Buffer.from("told")]);
  return {
    status: 200,
    headers: [["content-type", "application/grpc"]],
    chunks: failed ? [] : [message],
    trailers: status,
  };
}

function routesOf({ name, http2 }: Scenario) {
  const cluster = http2 ? "upstream-http2" : "upstream";
  const metadata = { probe: { text: "on the route", number: 3, yes: true, list: ["a"], map: { deep: "er" } } };
  return ["/other", "/"].map((prefix) => ({
    name: prefix === "/" ? "default" : "other",
    match: { prefix },
    cluster,
    metadata,
    addToRequest: { "x-scenario": name },
  }));
}

function listenerOf(scenario: Scenario) {
  return listenerFor({
    name: scenario.name,
    routes: routesOf(scenario).map(routeFor),
    downstream: [
      wasmFilter({ plugin: "probe", wasm: PROBE_WASM, configuration: scenario.script, vmId: scenario.name }),
    ],
    accessLog: { path: "%TMP%/access.log", fields: { name: scenario.name, details: "%RESPONSE_CODE_DETAILS%" } },
    bufferLimitBytes: scenario.bufferLimitBytes,
  });
}

async function onEnvoy(scenario: Scenario): Promise<Observed> {
  const port = envoy.listenerPorts[scenario.name];
  const response = await send(port, toRequest(scenario), { http2: scenario.http2 });
  const details = await accessLogDetails(scenario.name);
  const marker = `probe ${scenario.name}: `;
  const lines = envoy
    .logs()
    .filter((line) => line.includes("wasm log") && line.includes(marker))
    .map((line) => withoutNoise(line.slice(line.indexOf(marker) + marker.length)));
  return observed(lines, { response, received: requests.get(scenario.name) ?? null, details });
}

// The access log is written after the client has its answer, and after proxy_on_log.
async function accessLogDetails(name: string): Promise<string> {
  for (let attempt = 0; attempt < 400; attempt++) {
    for (const line of readFileSync(join(envoy.folder, "access.log"), "utf8").split("\n").filter(Boolean)) {
      const entry = JSON.parse(line) as { name: string; details: string };
      if (entry.name === name) return entry.details;
    }
    await sleep(25);
  }
  throw new Error(`no access log line for ${name}`);
}

function onNode(scenario: Scenario): Observed {
  const host = new ProxyHost(PROBE_WASM, {
    strict: false,
    vmId: scenario.name,
    clusters: ["upstream", "side", "grpc"],
  });
  const context = host.configure("probe", scenario.script);
  assert.ok(context);
  const side = { status: 200, headers: [["x-side", "yes"]] as [string, string][], body: "from the side" };
  const outcome = runExchange(
    host,
    context,
    toRequest(scenario),
    {
      answer: () => scenario.reply,
      callout: () => side,
      grpc: ({ method }) => (method === "Fail" ? { code: 5, message: "not here" } : Buffer.from("told")),
    },
    {
      routes: routesOf(scenario),
      bufferLimitBytes: scenario.bufferLimitBytes,
      downstreamHttp2: scenario.http2,
      upstreamHttp2: scenario.http2,
    },
  );
  return observed(
    host.vm.logs.map((line) => line.text),
    outcome,
  );
}

function observed(lines: string[], { response, received, details }: Omit<Outcome, "filterState">): Observed {
  // Envoy configures on the main thread and on the worker: the same lines again.
  const [configure, rest] = [true, false].map((wanted) =>
    lines.filter((line) => line.startsWith("configure ") === wanted),
  );
  return {
    lines: [...new Set(configure), ...rest],
    status: response.status,
    body: response.body.toString("latin1"),
    end: response.end,
    details: details.replace(/\{.*\}$/, ""),
    headers: comparable(response.headers),
    upstreamHeaders: comparable(received?.headers ?? []),
    upstream: received && `${received.method} ${received.path} ${received.body.toString("latin1")}`,
  };
}

/** Lists of header names without those that only a network, the mock or the router of this test puts there. */
function withoutNoise(line: string): string {
  return / names \d -> /.test(line)
    ? line.replace(/ (connection|keep-alive|date|server|x-scenario)(?= |$)/g, "")
    : line;
}

/** The headers that say something about the host: not those of Envoy's own bookkeeping or of the mock's server. */
function comparable(headers: [string, string][]): string {
  const other =
    /^(x-envoy|x-request-id|x-forwarded|x-scenario|server|date|connection|keep-alive|transfer-encoding|trailer|te$)/;
  const lines = headers.filter(([name]) => !other.test(name)).map(([name, value]) => `${name}: ${value}`);
  return lines.sort().join(" | ");
}

/** What differs, line by line, so that a failure can be read. */
function differences(node: Observed, real: Observed): string[] {
  const flat = ({ lines, ...rest }: Observed) => [
    ...lines,
    ...Object.entries(rest).map(([key, value]) => `${key}: ${value}`),
  ];
  const [left, right] = [flat(node), flat(real)];
  const all = Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [left[index], right[index]]);
  return all
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => `node: ${a} | envoy: ${b}`)
    .slice(0, 40);
}

describe("the Node host answers as Envoy does", () => {
  for (const scenario of scenarios) {
    test(scenario.name, async () => {
      const expected = await onEnvoy(scenario);
      assert.ok(expected.lines.length > 0, "the probe said nothing in Envoy");
      assert.deepEqual(differences(onNode(scenario), expected), []);
    });
  }
});
