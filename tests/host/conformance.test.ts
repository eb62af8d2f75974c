// SPDX-License-Identifier: Apache-2.0
// The same probe runs on the Node host and in the real Envoy: what every host call answers in every phase must be equal.
// A difference is a bug of the host.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { runExchange } from "./exchange.ts";
import { compileProbe, PROBE_WASM } from "./probe/compile.ts";
import { detailsOf, differences, observed, withoutNoise, type Observed } from "./probe/observe.ts";
import { scenarios } from "./probe/scenarios/index.ts";
import { toRequest, type Scenario } from "./probe/scenarios/scenario.ts";
import { ProxyHost } from "./proxy-host.ts";

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
  const details = await detailsOf(envoy, scenario.name);
  const marker = `probe ${scenario.name}: `;
  const lines = envoy
    .logs()
    .filter((line) => line.includes("wasm log") && line.includes(marker))
    .map((line) => withoutNoise(line.slice(line.indexOf(marker) + marker.length)));
  const received = requests.get(scenario.name);
  return observed(lines, { response, attempts: received ? [received] : [], details });
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

describe("the Node host answers as Envoy does", () => {
  for (const scenario of scenarios) {
    test(scenario.name, async () => {
      const expected = await onEnvoy(scenario);
      assert.ok(expected.lines.length > 0, "the probe said nothing in Envoy");
      assert.deepEqual(differences(onNode(scenario), expected), []);
    });
  }
});
