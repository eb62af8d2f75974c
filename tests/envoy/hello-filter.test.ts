// SPDX-License-Identifier: Apache-2.0
// Filters for the API of @solo-io/proxy-runtime, in a real Envoy: examples/hello-filter, and one that calls the rest of the API.
import assert from "node:assert/strict";
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import { after, before, describe, it } from "node:test";
import { compile } from "../../tools/compile.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const HELLO = "build/test/hello-filter.wasm";
const API = "build/test/compat-api.wasm";
const STREAMS = 2000;
const SESSIONS = 40;
const WORDS: [string, string][] = [["word", "from another cluster"]];

/** A stream of a client that waits for its response. */
interface Waiting {
  stream: ClientHttp2Stream;
  headers: Promise<IncomingHttpHeaders>;
  ended: Promise<string>;
}

describe("filters for the API of @solo-io/proxy-runtime", () => {
  let envoy: EnvoyProcess;
  let upstream: RunningServer;
  let words: RunningServer;
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));

  before(async () => {
    await compile({ entry: "examples/hello-filter/index.ts", out: HELLO });
    await compile({ entry: "tests/envoy/compat/assembly/index.ts", out: API, optimized: false });
    upstream = await serve(
      async ({ path, headers }) => {
        if (path === "/wait") await gate;
        const word = headers.find(([name]) => name === "word")?.[1] ?? "";
        return { status: 200, headers: [["seen", word]], chunks: [Buffer.from("up"), Buffer.from("stream")] };
      },
      { http2: true },
    );
    words = await serve(() => ({ status: 200, headers: WORDS, chunks: [Buffer.from("body of the word")] }));
    const listener = (name: string, plugin: string, wasm: string, configuration?: string) =>
      listenerFor({
        name,
        routes: [routeFor({ name: "r", cluster: "upstream" })],
        downstream: [wasmFilter({ plugin, wasm, configuration, vmId: name })],
      });
    const most = { max_connections: 5000, max_requests: 5000, max_pending_requests: 5000 };
    envoy = await startEnvoy(
      bootstrapFor(
        [
          listener("empty", "hello-filter", HELLO),
          listener("configured", "hello-filter", HELLO, "Envoy"),
          listener("api", "compat-api", API, "a configuration"),
        ],
        [
          {
            ...clusterFor({ name: "upstream", port: upstream.port, http2: true }),
            circuit_breakers: { thresholds: [most] },
          },
          clusterFor({ name: "words", port: words.port }),
        ],
      ),
    );
  });
  after(async () => {
    open();
    await envoy?.stop();
    await upstream?.close();
    await words?.close();
  });

  const get = (listener: string, path: string, headers: [string, string][] = [], chunks: Buffer[] = []) =>
    send(envoy.listenerPorts[listener], {
      method: chunks.length > 0 ? "POST" : "GET",
      path,
      authority: "gateway.example",
      headers,
      chunks,
    });
  const header = ({ headers }: ClientResponse, name: string) => headers.find(([key]) => key === name)?.[1];

  it("add a header, with an empty configuration and with one", async () => {
    const empty = await get("empty", "/");
    assert.equal(empty.status, 200);
    assert.equal(header(empty, "hello"), "world!");
    assert.equal(empty.body.toString(), "upstream");
    assert.equal(header(await get("configured", "/"), "hello"), "Envoy");
  });

  it("send local responses", async () => {
    const response = await get("configured", "/hello");
    assert.equal(response.status, 200);
    assert.equal(header(response, "content-type"), "text/plain");
    assert.equal(response.body.toString(), "hello Envoy\n");
  });

  it("wait for HTTP calls, and read their headers in the callback", async () => {
    assert.equal(header(await get("empty", "/ask"), "seen"), "from another cluster");
  });

  it("call the rest of the API", async () => {
    const response = await get(
      "api",
      "/api?x=1",
      [
        ["x-remove", "1"],
        ["x-replace", "1"],
      ],
      [Buffer.from("question")],
    );
    assert.equal(response.status, 200);
    assert.deepEqual(response.body.toString().split("\n"), [
      "configuration: a configuration",
      "started: true",
      "property: /api?x=1",
      "absent property: 0 bytes",
      "headers: replaced, added, none",
      "size: true",
      "body: question of 8 bytes",
      "shared: NotFound, written, CasMismatch, second",
      "queue: NotFound, item, Empty",
      "metric: 3",
      "time: true",
      "call: 200 body of the word",
      "unknown cluster refused: true",
      "replied twice: BadArgument",
    ]);
  });

  it("tick", async () => {
    for (;;) {
      const { body } = await get("api", "/ticks");
      if (Number(body.toString()) >= 2) break;
    }
  });

  it("stay whole with 2,000 open streams", async () => {
    const before = upstream.requests.length;
    const sessions = Array.from({ length: SESSIONS }, () => connect(`http://127.0.0.1:${envoy.listenerPorts.empty}`));
    const waiting = sessions.flatMap((session) => Array.from({ length: STREAMS / SESSIONS }, () => wait(session)));
    while (upstream.requests.length < before + STREAMS) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(header(await get("empty", "/"), "hello"), "world!", "another request while they are open");
    open();
    for (const { headers, ended } of waiting) {
      const { hello, [":status"]: status } = await headers;
      assert.deepEqual({ hello, status, body: await ended }, { hello: "world!", status: 200, body: "upstream" });
    }
    for (const session of sessions) session.close();
    const stats = await envoy.stats("hello_filter_greeted_total");
    assert.ok(Object.values(stats)[0] >= STREAMS + 2, JSON.stringify(stats));
    assert.deepEqual(
      envoy.logs().filter((line) => /\[(?:error|critical)\]/.test(line)),
      [],
    );
  });
});

function wait(session: ClientHttp2Session): Waiting {
  const stream = session.request({ ":path": "/wait", ":authority": "gateway.example" });
  const headers = new Promise<IncomingHttpHeaders>((resolve, reject) =>
    stream.once("response", resolve).once("error", reject),
  );
  const ended = new Promise<string>((resolve, reject) => {
    let body = "";
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => (body += text));
    stream.once("end", () => resolve(body)).once("error", reject);
  });
  return { stream, headers, ended };
}
