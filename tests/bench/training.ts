import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COUNTER } from "../../tools/branch-hints/counting.ts";
import type { Counter, Training } from "../../tools/branch-hints/index.ts";
import { root } from "../../tools/plugins.ts";
import type { EnvoyConfig } from "../harness/bootstrap.ts";
import type { ClientRequest } from "../harness/http-client.ts";
import { runExchange, type Peers } from "../host/exchange.ts";
import { ProxyHost } from "../host/proxy-host.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";
import type { Job } from "./job.ts";
import { JOBS } from "./work.ts";

/** How many bytes of requests and responses a job has: many small ones, few large ones. */
const TRAFFIC_BYTES = 100_000;

/** What Envoy adds to a request. */
const ADDED: HeaderPair[] = [
  ["x-forwarded-proto", "http"],
  ["x-request-id", "8a4f6c1e-0b7d-4e2a-9c35-d1f0e2b3a495"],
  ["x-envoy-expected-rq-timeout-ms", "15000"],
];

/** Trains a module of that plugin with the traffic that `make bench` measures it with; undefined if there is none. */
export function trainingOf(plugin: string): Training | undefined {
  const lanes = JOBS.flatMap((job) => Object.values(job.filters).map((filter) => ({ job, filter })));
  const own = lanes.flatMap(({ job, filter }) => {
    const configuration = configurationOf(filter, plugin);
    return configuration === undefined || job.routes ? [] : [{ job, configuration }];
  });
  if (own.length === 0) return undefined;
  return (module, count) => {
    const file = join("build", `training-${plugin}.${process.pid}.wasm`);
    writeFileSync(join(root, file), module);
    try {
      for (const { job, configuration } of own) run(file, count, plugin, configuration, job);
    } finally {
      rmSync(join(root, file));
    }
  };
}

/** The configuration of a filter that is alone, if it is the plugin's. */
function configurationOf(filter: EnvoyConfig | EnvoyConfig[], plugin: string): string | undefined {
  if (Array.isArray(filter) || filter.name !== plugin) return undefined;
  const { config } = filter.typed_config as { config: { configuration?: { value: string } } };
  return config.configuration?.value;
}

/** Sends the requests of a job through the module. */
function run(file: string, count: Counter, plugin: string, configuration: string, job: Job): void {
  let isLoaded = false;
  const imports = {
    [COUNTER]: (condition: number, branch: number) => {
      if (isLoaded) count(branch, condition !== 0);
      return condition;
    },
  };
  const host = new ProxyHost(file, { imports, logLevel: "warn", clusters: ["upstream", "checker"] });
  const context = host.configure(plugin, configuration);
  if (!context) throw new Error(`${plugin} refuses the configuration of ${job.id}`);
  // What runs once may be slow.
  isLoaded = true;
  const reply = replyOf(job.respond);
  const peers: Peers = { answer: () => reply };
  const { checker } = job;
  if (checker) peers.callout = () => ({ headers: [["content-type", checker.contentType]], body: checker.body });
  const exchange = (bytes: Buffer) => {
    const { response } = runExchange(host, context, requestOf(bytes), peers);
    if (response.status !== 200) throw new Error(`${plugin} responds to ${job.id} with ${response.status}`);
  };
  if (job.first) exchange(job.first);
  const size = job.request.length + reply.chunks.reduce((sum, { length }) => sum + length, 0);
  for (let sent = 0; sent < TRAFFIC_BYTES; sent += size) exchange(job.request);
}

/** The request of these bytes of HTTP/1.1, as Envoy hands it to a filter. */
function requestOf(bytes: Buffer): ClientRequest {
  const end = bytes.indexOf("\r\n\r\n");
  const [start, ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const [method, path] = start.split(" ");
  const headers = lines.map((line): HeaderPair => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  const authority = headers.find(([name]) => name === "host")?.[1] ?? "";
  const body = bytes.subarray(end + 4);
  return {
    ...{ method, path, authority, chunks: body.length > 0 ? [body] : [] },
    headers: [...headers.filter(([name]) => name !== "host"), ...ADDED],
  };
}

function replyOf(what: Job["respond"]): ProviderReply {
  if (!("event" in what))
    return { status: 200, headers: [["content-type", what.contentType]], chunks: [Buffer.from(what.body)] };
  const events = Array.from({ length: what.count }, (_, index) => what.event(index, `${index * what.intervalMs}.000`));
  const chunks = [...events, what.ending].filter(Boolean).map((text) => Buffer.from(text));
  return { status: 200, headers: [["content-type", "text/event-stream"]], chunks };
}
