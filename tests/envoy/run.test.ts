import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { engineFor } from "../../tools/gateway/engines.ts";
import { freePort } from "../../tools/gateway/ports.ts";

const root = resolve(import.meta.dirname, "../..");

/** Runs `make run` without make, with only these of its variables. */
function run(env: Record<string, string>): ChildProcessWithoutNullStreams {
  const { DASHSCOPE_API_KEY, OPENAI_API_KEY, AZURE_OPENAI_API_KEY, AZURE_SERVICE_URL, ...others } = process.env;
  for (const name of [
    "MOONSHOT_API_KEY",
    "DEEPSEEK_API_KEY",
    "OPENAI_BASE_URL",
    "DEFAULT_AI_SERVICE",
    "ENGINE",
    "PROVIDER",
    "API_KEY",
  ]) {
    delete others[name];
  }
  return spawn(process.execPath, ["--import", "tsx", "tools/run.ts"], { cwd: root, env: { ...others, ...env } });
}

/** The whole output of a process, and its exit code. */
async function outcome(child: ChildProcessWithoutNullStreams): Promise<{ code: number | null; said: string }> {
  let said = "";
  child.stdout.on("data", (data) => (said += data));
  child.stderr.on("data", (data) => (said += data));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, said };
}

/** Resolves with the output of the process as soon as it matches. */
function says(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    let said = "";
    const onData = (data: Buffer): void => {
      said += data.toString();
      if (pattern.test(said)) done(said);
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.once("close", () => fail(new Error(`it ended and had said:\n${said}`)));
  });
}

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

describe("make demo", () => {
  let code: number | null;
  let said: string;
  /** The text below the title that begins with this prefix. */
  const under = (title: string): string => {
    const section = said.split("\n── ").find((part) => part.startsWith(title));
    assert.ok(section, `nothing is said of "${title}" in\n${said}`);
    return section;
  };

  before(async () => {
    const demo = spawn(process.execPath, ["--import", "tsx", "tools/demo.ts"], { cwd: root });
    ({ code, said } = await outcome(demo));
  });

  it("streams a chat and shows all four sides of it", () => {
    assert.equal(code, 0, said);
    assert.match(said, /answer {4}Hello! How can I assist you today\?/);
    assert.match(under("the client sends"), /"stream":true/);
    assert.match(under("the provider receives"), /POST \/api\/v1\/services\/aigc\/text-generation\/generation/);
    assert.doesNotMatch(under("the provider receives"), /the-client-s-own-key/);
    assert.match(under("the provider streams"), /:HTTP_STATUS\/200/);
    assert.match(under("the client receives"), /data: \[DONE\]/);
  });

  const refusals: [title: string, sent: RegExp, received: RegExp, log: RegExp][] = [
    [
      "refused: no key",
      /^> POST \/guarded\/v1\/chat\/completions$/m,
      /^< 401 Unauthorized\n< \{"error":\{"message":"No Key Authentication information found\."/m,
      /"consumer":null,"route":"guarded","status":401,"details":"key-auth\.no_key"/,
    ],
    [
      "refused: a model",
      /^> authorization: Bearer YOUR_KEY_FOR_BATCH_JOB$/m,
      /^< 403 Forbidden\n< \{"error":\{"message":"This consumer may not use this model\."/m,
      /"consumer":"batch-job","route":"guarded","status":403,"details":"key-auth\.model_not_allowed"/,
    ],
    [
      "refused: a text",
      /-----BEGIN PRIVATE KEY-----/,
      /^< 403 Forbidden\n< \{"error":\{"message":"Private keys go to no provider\."/m,
      /"consumer":"chat-app","route":"guarded","status":403,"details":"request-block\.body_blocked\.keyword"/,
    ],
    [
      "refused: an API",
      /^> GET \/guarded\/v1\/files$/m,
      /^< 404 Not Found\n< \{"error":\{.*"message":"This gateway does not serve that\."/m,
      /"consumer":"chat-app","route":"guarded-rest","status":404,"details":"direct_response"/,
    ],
  ];
  for (const [title, sent, received, log] of refusals) {
    it(`shows a request that is ${title}, its response, and its log line`, () => {
      assert.match(under(title), sent);
      assert.match(under(title), received);
      assert.match(under(title), log);
    });
  }

  it("shows an accepted chat of a consumer, and that the key stays in the gateway", () => {
    const section = under("a chat of a consumer who may");
    const [sent, received, answered] = section.split(/which the provider receives as|and answers with/);
    assert.match(sent, /> authorization: Bearer YOUR_KEY_FOR_CHAT_APP/);
    assert.doesNotMatch(received, /YOUR_KEY|chat-app/);
    assert.match(answered, /< Hello! How can I assist you today\?/);
    assert.match(
      answered,
      /"consumer":"chat-app","route":"guarded","status":200,.*"model":"qwen-max","usage":".*total_tokens/,
    );
  });
});
