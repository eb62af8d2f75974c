// SPDX-License-Identifier: Apache-2.0
// 100,000 models and consumers that clients and a provider make up: ai-statistics creates as many label sets as it may, and Envoy's memory stays flat.
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { after, before, describe, it } from "node:test";
import { residentMegabytes } from "../bench/process-cost.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor } from "../harness/bootstrap.ts";
import { pluginFilter } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";

const MADE_UP = 100_000;
/** By then the connections are open, and the named models and the label sets are used up. */
const WARM = 10_000;
const LABEL_SETS = 80;
const CONNECTIONS = 32;
/** The requests that a connection sends at once. */
const BATCH = 25;
const HEAD = "HTTP/1.1 200 OK";

/** Responds to each request with the model that it names, and a usage. */
function startProvider(): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    let rest = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => {
      rest += data.toString("latin1");
      for (let found = /\{"model":"(.*?)"\}/.exec(rest); found; found = /\{"model":"(.*?)"\}/.exec(rest)) {
        rest = rest.slice(found.index + found[0].length);
        const body = `{"model":"${found[1]}","usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`;
        const head = `${HEAD}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
        socket.write(head + body);
      }
    });
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

function requestOf(i: number): string {
  const body = `{"model":"made-up-${i}"}`;
  const headers = `host: gateway\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  return `POST /v1/chat/completions HTTP/1.1\r\n${headers}\r\nx-mse-consumer: made-up-${i}\r\n\r\n${body}`;
}

/** Sends the requests from one number to another, pipelined over some connections. */
async function sendAll(port: number, from: number, to: number): Promise<void> {
  let next = from;
  const work = (): Promise<void> =>
    new Promise((done, fail) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      let owed = 0;
      let rest = "";
      const send = (): void => {
        owed = Math.min(BATCH, to - next);
        if (!owed) return void socket.end(done);
        socket.write(Array.from({ length: owed }, () => requestOf(next++)).join(""));
      };
      socket.on("error", fail).on("close", () => owed && fail(new Error("a connection ended")));
      socket.on("data", (data) => {
        const text = rest + data.toString("latin1");
        owed -= text.split(HEAD).length - 1;
        rest = text.slice(1 - HEAD.length);
        if (owed <= 0) send();
      });
      send();
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

describe(`${MADE_UP} made-up models and consumers`, () => {
  let provider: Server;
  let envoy: EnvoyProcess;
  before(async () => {
    provider = await startProvider();
    const statistics = pluginFilter("ai-statistics", { max_label_sets: LABEL_SETS, semconv: "latest" });
    const routes = [routeFor({ name: "all", cluster: "provider" })];
    const clusters = [clusterFor({ name: "provider", port: (provider.address() as AddressInfo).port })];
    envoy = await startEnvoy(bootstrapFor([listenerFor({ name: "all", routes, downstream: [statistics] })], clusters), {
      wasmLogLevel: "error",
    });
  });
  after(async () => {
    await envoy?.stop();
    provider?.close();
  });

  it("take up no more than their bound, in stats and in memory", async () => {
    const port = envoy.listenerPorts.all;
    await sendAll(port, 0, WARM);
    const [stats, before] = [await envoy.stats("wasmcustom"), residentMegabytes(envoy.pid)];
    await sendAll(port, WARM, MADE_UP);
    const [all, end] = [await envoy.stats("wasmcustom"), residentMegabytes(envoy.pid)];
    const requests = Object.entries(all).filter(([name]) => name.endsWith("ai_statistics_requests_total"));
    assert.equal(
      requests.reduce((sum, [, count]) => sum + count, 0),
      MADE_UP,
    );
    // Those of the bound, and the one of all others.
    assert.ok(requests.length <= LABEL_SETS + 1, `${requests.length} label sets`);
    assert.ok(all["wasmcustom.ai_statistics_folded_total"] > MADE_UP - WARM);
    assert.deepEqual(Object.keys(all), Object.keys(stats));
    assert.ok(end - before < 4, `${before} MB, then ${end} MB`);
  });
});
