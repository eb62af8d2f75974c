// SPDX-License-Identifier: Apache-2.0
// examples/all-in-one as its container runs it: the script under dash, and a real Envoy with what it fills in.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../tools/gateway/ports.ts";
import { ALL_IN_ONE, startEntrypoint, writeProgram } from "../harness/all-in-one.ts";
import { dieWithParent } from "../harness/envoy-process.ts";
import { findEnvoy } from "../harness/find-envoy.ts";
import { dialects } from "../providers/index.ts";
import { type RunningServer, serve } from "../providers/server.ts";
import { headerOf } from "../providers/wire.ts";

const root = resolve(import.meta.dirname, "../..");
const KEY = `sk/a&b"c'd\\e`;

describe("examples/all-in-one", () => {
  const folder = mkdtempSync(join(tmpdir(), "all-in-one-"));
  const data = join(folder, "data");
  const options = readFileSync(join(ALL_IN_ONE, "config/qwen.json"), "utf8");
  let mock: RunningServer;
  let child: ChildProcess;
  let release: () => void;
  let ended: Promise<number | null>;
  let output = "";
  /** The time between the events of a stream. */
  let delayMs = 0;
  let url: string;
  let consoleUrl: string;

  before(async () => {
    mock = await serve((request) => ({ ...dialects.dashscope.handle(request), delayMs }));
    mkdirSync(data);
    writeFileSync(join(data, "qwen.json"), options);
    const [port, consolePort] = [await freePort(), await freePort()];
    const program = writeProgram(
      folder,
      `cd '${root}' && TMPDIR=/tmp '${process.execPath}' --import tsx tests/harness/lead-to-mock.ts "$2" ${mock.port} && exec '${findEnvoy().path}' "$@"`,
    );
    const env = { PORT: String(port), CONSOLE_PORT: String(consolePort), DATA: data, TMPDIR: folder };
    child = startEntrypoint(program, { DASHSCOPE_API_KEY: KEY, ...env });
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (piece) => (output += piece));
    release = dieWithParent(child);
    ended = new Promise((done) => child.once("close", done));
    [url, consoleUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${consolePort}`];
    const deadline = Date.now() + 60_000;
    while (
      !(await fetch(`${url}/v1/models`).then(
        (response) => response.ok,
        () => false,
      ))
    ) {
      assert.ok(child.exitCode === null && Date.now() < deadline, `the gateway does not start:\n${output}`);
      await sleep(100);
    }
  });
  after(async () => {
    child.kill("SIGTERM");
    await ended;
    release();
    await mock.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const chat = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer unused", ...headers },
      body: JSON.stringify({ messages: [{ role: "user", content: "Hello!" }], ...body }),
    });
  const servedModel = async (model: string): Promise<string | null> => {
    const response = await chat({ model });
    assert.equal(response.status, 200, await response.text());
    return response.headers.get("x-ai-model");
  };

  for (const [model, served] of [
    ["gpt-4-turbo", "qwen-max"],
    ["gpt-4o", "qwen-max"],
    ["gpt-3", "qwen-turbo"],
    ["gpt-35-turbo", "qwen-plus"],
    ["claude-x", "qwen-turbo"],
  ]) {
    it(`maps ${model} to ${served}`, async () => assert.equal(await servedModel(model), served));
  }

  it("accepts the key `unused` and the fields of a chat page, and sends the provider its own key", async () => {
    const fields = { temperature: 0.5, presence_penalty: 0, frequency_penalty: 0, top_p: 1, max_tokens: 4000 };
    const response = await chat({ model: "gpt-4o", stream: true, ...fields }, { origin: "http://localhost:3000" });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), "http://localhost:3000");
    assert.match(await response.text(), /data: \[DONE\]\n\n$/);
    const request = mock.requests.at(-1)!;
    assert.equal(headerOf(request, "authorization"), `Bearer ${KEY}`);
    assert.equal(headerOf(request, "origin"), "");
    assert.doesNotMatch(JSON.stringify(request.headers), /unused/);
  });

  it("answers the preflight request of a page on this machine, and refuses other pages", async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${url}/v1/chat/completions`, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization,content-type",
        },
      });
    const response = await preflight("http://localhost:3000");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), "http://localhost:3000");
    assert.match(response.headers.get("access-control-allow-headers") ?? "", /authorization/);
    assert.equal((await chat({ model: "gpt-4o" }, { origin: "https://elsewhere.example" })).status, 403);
  });

  it("lists models", async () => {
    const list = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    assert.notEqual(list.data.length, 0);
  });

  it("has a page in the place of the console, and no admin", async () => {
    for (const path of ["/", "/config_dump", "/stats"]) {
      const page = await fetch(consoleUrl + path);
      assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
      const text = await page.text();
      assert.match(text, /<h1>No console here<\/h1>/);
      assert.doesNotMatch(text, /sk\//);
    }
  });

  it("uses a file that is saved in place for new requests, while a stream runs to its end", async () => {
    // Slow: the change arrives while the stream runs.
    delayMs = 1000;
    const stream = await chat({ model: "gpt-4o", stream: true });
    delayMs = 0;
    const whole = stream.text();
    writeFileSync(join(data, "qwen.json"), options.replace('"gpt-4o": "qwen-max"', '"gpt-4o": "qwen-plus"'));
    const deadline = Date.now() + 60_000;
    while ((await servedModel("gpt-4o")) !== "qwen-plus") {
      assert.ok(Date.now() < deadline, "the change is not used");
      await sleep(200);
    }
    assert.match(await whole, /data: \[DONE\]\n\n$/);
    assert.match(output, /qwen\.json has changed; new requests use it/);
  });

  it("refuses every request while the file is broken, never with another configuration", async () => {
    writeFileSync(join(data, "qwen.json"), options.replace('"type"', "type"));
    const deadline = Date.now() + 60_000;
    let status = 200;
    while (status === 200 && Date.now() < deadline) {
      status = (await chat({ model: "gpt-4o" })).status;
      await sleep(200);
    }
    assert.equal(status, 500);
  });

  it("ends with its script, and leaves no file with the key", async () => {
    child.kill("SIGTERM");
    await ended;
    await assert.rejects(fetch(url));
    assert.deepEqual(readdirSync(folder).sort(), ["data", "program"]);
    assert.ok(!output.includes("sk/a"), "the key is in the log");
  });
});
