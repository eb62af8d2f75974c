// SPDX-License-Identifier: Apache-2.0
// The router's chain and chains of several filters: what probes see and what goes over the wire is the same on the Node
// host and in the real Envoy. A difference is a bug of the host.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { aggregateFor, bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import { runStream } from "./exchange.ts";
import { HttpStream } from "./http-stream.ts";
import { compileProbe, PROBE_WASM } from "./probe/compile.ts";
import { detailsOf, differences, observed, type Observed } from "./probe/observe.ts";
import { routerClusters, routerScenarios, type RouterScenario } from "./probe/scenarios/router.ts";
import { toRequest } from "./probe/scenarios/scenario.ts";
import { ProxyHost } from "./proxy-host.ts";

const DEAD_PORT = 1;
const byName = new Map(routerScenarios.map((scenario) => [scenario.name, scenario]));
const requests = new Map<string, ProviderRequest[]>();
let envoy: EnvoyProcess;
let servers: RunningServer[] = [];

before(async () => {
  await compileProbe();
  const reply = (request: ProviderRequest): ProviderReply => {
    const name = request.headers.find(([header]) => header === "x-scenario")?.[1] ?? "";
    const earlier = requests.get(name) ?? [];
    requests.set(name, [...earlier, request]);
    return byName.get(name)?.replies[earlier.length] ?? { status: 500, headers: [], chunks: [] };
  };
  servers = await Promise.all([
    serve(reply),
    serve(reply),
    serve(() => ({ status: 200, headers: [["x-side", "yes"]], chunks: [Buffer.from("from the side")] })),
  ]);
  const clusters = routerClusters.map(({ name, members, refuses, ...metadata }) =>
    members
      ? {
          ...aggregateFor(name, members),
          ...(metadata.metadata ? { metadata: { filter_metadata: metadata.metadata } } : {}),
        }
      : clusterFor({ name, ...metadata, port: refuses ? DEAD_PORT : servers[name === "second" ? 1 : 0].port }),
  );
  clusters.push(clusterFor({ name: "side", port: servers[2].port }));
  envoy = await startEnvoy(bootstrapFor(routerScenarios.map(listenerOf), clusters));
});

after(async () => {
  await envoy?.stop();
  await Promise.all(servers.map((server) => server.close()));
});

const routesOf = ({ action, cluster = "first" }: RouterScenario) =>
  ["/other", "/"].map((prefix) => ({
    ...{ name: prefix === "/" ? "default" : "other", match: { prefix }, cluster, action },
  }));

function listenerOf(scenario: RouterScenario) {
  const filters = (scripts: string[] = [], place: string) =>
    scripts.map((configuration, index) =>
      wasmFilter({ plugin: `${place}${index}`, wasm: PROBE_WASM, configuration, vmId: scenario.name }),
    );
  return listenerFor({
    name: scenario.name,
    routes: routesOf(scenario).map((route) => routeFor({ ...route, addToRequest: { "x-scenario": scenario.name } })),
    downstream: filters(scenario.down, "down"),
    upstream: filters(scenario.up, "up"),
    accessLog: { path: "%TMP%/access.log", fields: { name: scenario.name, details: "%RESPONSE_CODE_DETAILS%" } },
  });
}

/** The lines of a stream are all there once the last callback has run. */
async function linesOf(scenario: RouterScenario): Promise<string[]> {
  const prefix = new RegExp(`wasm log (\\w+)(?: \\w+)? ${scenario.name}: (.*)$`);
  const read = (): string[] =>
    envoy.logs().flatMap((line) => {
      const [, place, text] = prefix.exec(line) ?? [];
      return place ? [comparable(`${place}: ${text}`)] : [];
    });
  let lines = read();
  for (let quiet = 0, before = -1; quiet < 4; quiet = lines.length === before ? quiet + 1 : 0) {
    before = lines.length;
    await sleep(25);
    lines = read();
  }
  return lines;
}

/** Addresses have the ports of this run. */
const comparable = (line: string): string => line.replace(/127\.0\.0\.1:\d+/, "an address");

async function onEnvoy(scenario: RouterScenario): Promise<Observed> {
  const { leaveAt } = scenario;
  const leaveWhen = leaveAt ? (body: Buffer) => body.includes(leaveAt) : undefined;
  const response = { ...(await send(envoy.listenerPorts[scenario.name], toRequest(scenario), { leaveWhen })) };
  const details = await detailsOf(envoy, scenario.name, scenario.passes ?? 1);
  return observed(await linesOf(scenario), { response, attempts: requests.get(scenario.name) ?? [], details });
}

function onNode(scenario: RouterScenario): Observed {
  const host = new ProxyHost(PROBE_WASM, { strict: false, vmId: scenario.name, clusters: ["side"] });
  const places = (scripts: string[] = [], place: string) =>
    scripts.map((configuration, index) => {
      const root = host.configure(`${place}${index}`, configuration);
      assert.ok(root);
      return { vm: host.vm, root };
    });
  const chains = { downstream: places(scenario.down, "down"), upstream: places(scenario.up, "up") };
  const stream = new HttpStream(chains, { routes: routesOf(scenario), clusters: routerClusters });
  const replies = [...scenario.replies];
  const outcome = runStream(host, stream, toRequest(scenario), {
    answer: () => replies.shift() ?? { status: 500, headers: [], chunks: [] },
    callout: () => ({ status: 200, headers: [["x-side", "yes"]], body: "from the side" }),
  });
  return observed(
    host.vm.logs.map(({ rootId, text }) => comparable(`${rootId}: ${text}`)),
    outcome,
  );
}

describe("the Node host's router does as Envoy's", () => {
  for (const scenario of routerScenarios) {
    test(scenario.name, async () => {
      const expected = await onEnvoy(scenario);
      assert.ok(expected.lines.length > 0, "the probes said nothing in Envoy");
      assert.deepEqual(differences(onNode(scenario), expected), []);
    });
  }
});
