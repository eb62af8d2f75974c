import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { engineFor } from "../../tools/gateway/engines.ts";
import { freePort } from "../../tools/gateway/ports.ts";
import { outcome, run, says } from "../harness/run-gateway.ts";
import { Valkey } from "../harness/valkey.ts";

const root = resolve(import.meta.dirname, "../..");

describe("make run", () => {
  it("serves a chat from a mock, says so, and ends cleanly", async () => {
    const port = await freePort();
    const child = run({ PORT: String(port) });
    const ended = outcome(child);
    const greeting = await says(child, /end="", flush=True\)\n/);
    assert.match(greeting, /qwen .* a MOCK answers; set DASHSCOPE_API_KEY for the real provider/);
    assert.match(greeting, new RegExp(`Listens on 127\\.0\\.0\\.1:${port}: only this machine reaches it`));
    assert.match(greeting, /Below \/guarded\/ it asks for a key .*; every other path is open/);

    const command = /-d '(\{.*\})'/.exec(greeting);
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: command?.[1],
    });
    assert.equal(response.status, 200);
    assert.match(await response.text(), /"content":"Hello"[\s\S]*data: \[DONE\]\n\n$/);

    const viaPrefix = await fetch(`http://127.0.0.1:${port}/openai/v1/models`);
    assert.equal(viaPrefix.headers.get("x-ai-provider"), "openai");

    const page = await fetch(`http://127.0.0.1:${port}/playground`);
    assert.equal(page.url, `http://127.0.0.1:${port}/playground/`);
    assert.match(page.headers.get("content-security-policy") ?? "", /^default-src 'none'; script-src 'self'/);
    assert.match(await page.text(), /<title>AI gateway playground<\/title>/);

    await assert.rejects(fetch(`http://127.0.0.2:${port}/`), "another address of this machine does not answer");
    const guarded = `http://127.0.0.1:${port}/guarded/v1/models`;
    assert.equal((await fetch(guarded)).status, 401);
    const headers = { authorization: "Bearer YOUR_KEY_FOR_CHAT_APP" };
    assert.equal((await fetch(guarded, { headers })).status, 200);

    child.kill("SIGTERM");
    assert.equal((await ended).code, 0);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`), "nothing listens any more");
  });

  it("listens on the given address, and says that it is open", async () => {
    const port = await freePort();
    const child = run({ PORT: String(port), LISTEN: "0.0.0.0", OPENAI_API_KEY: "sk-test" });
    const ended = outcome(child);
    const greeting = await says(child, /end="", flush=True\)\n/);
    assert.match(greeting, /Listens on 0\.0\.0\.0:\d+: EVERYONE who reaches this machine may ask, with your keys/);
    // Every address of 127/8 is this machine: on this one only servers respond that listen on all addresses.
    assert.equal((await fetch(`http://127.0.0.2:${port}/guarded/v1/models`)).status, 401);
    child.kill("SIGTERM");
    await ended;
  });

  it("leaves no file with keys behind, even if it is killed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "run-test-"));
    const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith("ai-gateway-"));
    const child = run({ PORT: String(await freePort()), TMPDIR: folder });
    const ended = outcome(child);
    await says(child, /end="", flush=True\)\n/);
    assert.equal(left().length, 1);
    child.kill("SIGKILL");
    await ended;
    for (let waits = 0; waits < 100 && left().length > 0; waits++) await sleep(100);
    assert.deepEqual(left(), []);
    rmSync(folder, { recursive: true });
  });

  it("limits tokens with budgets of its own, or shares those in the Redis of REDIS_URL", async () => {
    const password = "p@ss/#:%";
    const valkey = await Valkey.start(password);
    const ports = [await freePort(), await freePort(), await freePort()];
    const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${valkey.port}/7`;
    const children = ports.map((port, i) => run({ PORT: String(port), ...(i ? { REDIS_URL: url } : {}) }));
    const ended = Promise.all(children.map(outcome));
    try {
      const greetings = await Promise.all(children.map((child) => says(child, /end="", flush=True\)\n/)));
      assert.match(greetings[0], /budgets +counted by this gateway alone; REDIS_URL=redis:\/\/… shares them/);
      assert.match(greetings[1], new RegExp(`budgets +counted in Redis at 127\\.0\\.0\\.1:${valkey.port}\n`));
      assert.ok(greetings.every((greeting) => !greeting.includes("p@ss")));

      const ask = async (port: number): Promise<Response> => {
        const response = await fetch(`http://127.0.0.1:${port}/guarded/v1/chat/completions`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: "Bearer YOUR_KEY_FOR_BATCH_JOB" },
          body: JSON.stringify({ model: "qwen-turbo", messages: [{ role: "user", content: "word ".repeat(500) }] }),
        });
        await response.text();
        return response;
      };
      // Of 1,000 tokens each chat costs more than 600.
      const details: Record<string, number[]> = { alone: [], shared: [] };
      for (const port of [ports[0], ports[0], ports[0]]) details.alone.push((await ask(port)).status);
      for (const port of [ports[1], ports[2], ports[1], ports[2]]) details.shared.push((await ask(port)).status);
      assert.deepEqual([details.alone[0], details.shared[0]], [200, 200]);
      assert.deepEqual([details.alone[2], details.shared[2], details.shared[3]], [429, 429, 429]);
      const refused = await ask(ports[2]);
      assert.equal(refused.headers.get("x-ratelimit-limit-tokens"), "1000");
      assert.equal(refused.headers.get("x-ratelimit-remaining-tokens"), "0");
      assert.ok(Number(refused.headers.get("retry-after")) > 0);
      assert.equal(((await valkey.run("KEYS", "*")) as unknown[]).length, 0, "database 0 is not used");
    } finally {
      for (const child of children) child.kill("SIGTERM");
      await ended;
      await valkey.stop();
    }
  });

  for (const [provider, words] of [
    ["groq", /"content":"Hello"[\s\S]*data: \[DONE\]\n\n$/],
    ["zai", /"content":"Hello"/],
    ["cloudflare", /"content":"Hello"/],
  ] as const) {
    it(`serves a chat of a mock of ${provider}, and says in one line what to try`, async () => {
      const port = await freePort();
      const child = run({ PORT: String(port), PROVIDER: provider });
      const ended = outcome(child);
      const [line] = (await says(child, /^Try .*\n/m)).match(/^Try .*$/m)!;
      assert.match(line, new RegExp(`a MOCK of ${provider} answers; set API_KEY for the real one`));
      const [, url, body] = /curl -N (\S+) .* -d '(\{.*\})'$/.exec(line)!;
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("x-ai-provider"), provider);
      assert.match(await response.text(), words);
      child.kill("SIGTERM");
      assert.equal((await ended).code, 0);
    });
  }

  it("names the port that is in use", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "0.0.0.0", done));
    const { port } = server.address() as AddressInfo;
    const { code, said } = await outcome(run({ PORT: String(port) }));
    server.close();
    assert.equal(said.trim(), `run: port ${port} is in use: take another one with PORT=`);
    assert.equal(code, 1);
  });

  const refusals: [name: string, env: Record<string, string>, line: RegExp][] = [
    ["a missing key", { DEFAULT_AI_SERVICE: "openai" }, /^run: DEFAULT_AI_SERVICE=openai needs OPENAI_API_KEY/],
    ["a key with a line end", { OPENAI_API_KEY: "sk-test\n" }, /^run: OPENAI_API_KEY holds a blank, a line end or/],
    [
      "a name to listen on",
      { LISTEN: "gateway.example" },
      /^run: LISTEN=gateway\.example is not an address: 127\.0\.0\.1/,
    ],
    ["an unknown default", { DEFAULT_AI_SERVICE: "foo" }, /^run: DEFAULT_AI_SERVICE=foo is not known: qwen, openai, /],
    [
      "an address of Redis",
      { REDIS_URL: "redis://:secret@host/db" },
      /^run: REDIS_URL has a database that is no number/,
    ],
    [
      "an Envoy that is none",
      { ENVOY_PATH: "/nowhere/envoy" },
      /^run: ENVOY_PATH=\/nowhere\/envoy is not an executable/,
    ],
  ];
  for (const [name, env, line] of refusals) {
    it(`refuses ${name} in one line`, async () => {
      const { code, said } = await outcome(run({ PORT: String(await freePort()), ...env }));
      assert.match(said.trim(), line);
      assert.equal(said.trim().split("\n").length, 1);
      assert.equal(code, 1);
    });
  }
});

describe("make validate", () => {
  it("says in one line that there is no Envoy", async () => {
    const env = { ...process.env, ENVOY_PATH: "/nowhere/envoy" };
    const { code, said } = await outcome(
      spawn(process.execPath, ["--import", "tsx", "tools/validate.ts"], { cwd: root, env }),
    );
    assert.equal(said.trim(), "validate: ENVOY_PATH=/nowhere/envoy is not an executable file");
    assert.equal(code, 1);
  });
});

describe("the process of the gateway", () => {
  it("writes the access log to the terminal within a second", () => {
    const { args } = engineFor("envoy", "envoy.yaml");
    const interval = args[args.indexOf("--file-flush-interval-msec") + 1];
    assert.ok(Number(interval) > 0 && Number(interval) < 1000, interval);
  });
});
