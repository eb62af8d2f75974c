import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSettings, SettingsError } from "../../tools/gateway/settings.ts";

const refusal = (env: Record<string, string>): string => {
  try {
    readSettings(env);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    assert.ok(!error.message.includes("\n"), "one line");
    return error.message;
  }
  return "accepted";
};

describe("the environment variables of make run", () => {
  it("serves from mocks, with the first service as the default, if nothing is set", () => {
    const { port, defaultService, keys, engine } = readSettings({});
    assert.deepEqual([port, defaultService.id, keys.size, engine], [8080, "qwen", 0, "envoy"]);
  });

  it("treats empty variables as unset, as make passes them", () => {
    const { port, engine } = readSettings({ PORT: "", ENGINE: "", DEFAULT_AI_SERVICE: "", OPENAI_API_KEY: "" });
    assert.deepEqual([port, engine], [8080, "envoy"]);
  });

  it("makes the service with an API key the default", () => {
    const { defaultService, keys } = readSettings({ OPENAI_API_KEY: "sk-test" });
    assert.equal(defaultService.id, "openai");
    assert.deepEqual([...keys], [["openai", "sk-test"]]);
  });

  it("follows DEFAULT_AI_SERVICE if both have API keys", () => {
    const env = { DASHSCOPE_API_KEY: "sk-a", OPENAI_API_KEY: "sk-b", DEFAULT_AI_SERVICE: "openai" };
    assert.equal(readSettings(env).defaultService.id, "openai");
  });

  it("refuses a default without its API key, and names the variable", () => {
    const message = refusal({ DEFAULT_AI_SERVICE: "openai", DASHSCOPE_API_KEY: "sk-secret" });
    assert.match(message, /DEFAULT_AI_SERVICE=openai needs OPENAI_API_KEY/);
    assert.doesNotMatch(message, /sk-secret/);
  });

  it("refuses an unknown default, and names the known ones", () => {
    assert.equal(
      refusal({ DEFAULT_AI_SERVICE: "foo" }),
      "DEFAULT_AI_SERVICE=foo is not known: qwen, openai, azure, moonshot, deepseek or self-hosted",
    );
  });

  it("adds the services whose variables are set, and keeps a service without an API key if it needs none", () => {
    const { defaultService, keys, further } = readSettings({
      ...{ OPENAI_BASE_URL: "http://127.0.0.1:8000/v1", DEEPSEEK_API_KEY: "sk-test" },
      DEFAULT_AI_SERVICE: "self-hosted",
    });
    assert.equal(defaultService.id, "self-hosted");
    assert.deepEqual([...keys], [["deepseek", "sk-test"]]);
    assert.deepEqual(
      further.map(({ service, url }) => [service.id, url]),
      [
        ["deepseek", undefined],
        ["self-hosted", "http://127.0.0.1:8000/v1"],
      ],
    );
  });

  it("refuses one of two variables, and an invalid address, without showing a value", () => {
    assert.equal(refusal({ AZURE_OPENAI_API_KEY: "sk-x" }), "AZURE_OPENAI_API_KEY needs AZURE_SERVICE_URL beside it");
    assert.match(refusal({ OPENAI_BASE_URL: "localhost:8000" }), /^OPENAI_BASE_URL must be an address/);
  });

  for (const port of ["0", "65536", "80a", "1.5", "-1"]) {
    it(`refuses PORT=${port}`, () => assert.match(refusal({ PORT: port }), /^PORT=.* is not a port/));
  }

  it("refuses an unknown engine", () => assert.match(refusal({ ENGINE: "podman" }), /envoy, docker or func-e/));

  it("takes the provider that PROVIDER names, and its API key", () => {
    const { defaultService, keys, named, further } = readSettings({ PROVIDER: "groq", API_KEY: "gsk-test" });
    assert.deepEqual([defaultService.id, named?.host, keys.get("groq")], ["groq", "api.groq.com", "gsk-test"]);
    assert.deepEqual(
      further.map(({ service, url }) => [service.id, url]),
      [["groq", "https://api.groq.com/openai/v1"]],
    );
  });

  it("takes a provider of a variable of its own", () => {
    const { defaultService, keys, named } = readSettings({ PROVIDER: "deepseek", API_KEY: "sk-test" });
    assert.deepEqual([defaultService.id, keys.get("deepseek"), named], ["deepseek", "sk-test", undefined]);
    assert.equal(refusal({ PROVIDER: "openai" }), "PROVIDER=openai needs API_KEY beside it");
  });

  it("puts the options of PROVIDER into its address", () => {
    const env = { PROVIDER: "cloudflare", API_KEY: "sk-test", cloudflareAccountId: "beef" };
    const { further } = readSettings(env);
    assert.equal(further[0].url, "https://api.cloudflare.com/client/v4/accounts/beef/ai/v1");
    assert.deepEqual(further[0].service.options, { cloudflareAccountId: "beef" });
    const message = "PROVIDER=cloudflare needs cloudflareAccountId beside it";
    assert.equal(refusal({ PROVIDER: "cloudflare", API_KEY: "sk-test" }), message);
  });

  it("needs the address of a server without an API key: it has no mock", () => {
    assert.equal(refusal({ PROVIDER: "sglang" }), "PROVIDER=sglang needs sglangCustomUrl beside it");
    const { further } = readSettings({ PROVIDER: "sglang", sglangCustomUrl: "http://127.0.0.1:30000/v1" });
    assert.deepEqual(
      further.map(({ service, url }) => [service.host, url]),
      [["127.0.0.1:30000", "http://127.0.0.1:30000/v1"]],
    );
  });

  it("says which variable takes the address of any other server", () => {
    for (const type of ["vllm", "ollama", "generic"]) {
      assert.match(refusal({ PROVIDER: type }), /is a server of your own: set OPENAI_BASE_URL/);
    }
  });

  it("refuses an unknown PROVIDER, and names the known ones", () => {
    assert.match(refusal({ PROVIDER: "foo" }), /^PROVIDER=foo is not known: qwen, openai, .*groq, .*openrouter/);
  });
});

describe("REDIS_URL", () => {
  const valid: [url: string, address: object][] = [
    ["redis://cache.example", { host: "cache.example", port: 6379, username: "", password: "", database: 0 }],
    ["REDIS://10.0.0.7:7000/", { host: "10.0.0.7", port: 7000, username: "", password: "", database: 0 }],
    [
      "redis://:p%40ss%2F%23:w@[::1]:7000/15",
      { host: "::1", port: 7000, username: "", password: "p@ss/#:w", database: 15 },
    ],
    [
      "redis://%C3%A9ve:secret@my_redis",
      { host: "my_redis", port: 6379, username: "éve", password: "secret", database: 0 },
    ],
  ];
  for (const [url, address] of valid)
    it(`reads ${url}`, () => assert.deepEqual(readSettings({ REDIS_URL: url }).redis, address));

  it("is not needed", () => assert.equal("redis" in readSettings({ REDIS_URL: "" }), false));

  const invalid: [url: string, why: RegExp][] = [
    ["localhost:6379", /is no address of a Redis/],
    ["http://:secret@cache", /is no address of a Redis/],
    ["redis://", /is no address of a Redis/],
    ["redis://:secret@cache:6379x", /is no address of a Redis/],
    ["redis://:secret@cache:99999", /is no address of a Redis/],
    ["redis://:secret@ca che", /is no address of a Redis/],
    ["redis://:secret@cache\n", /is no address of a Redis/],
    ["redis://:sec#ret@cache", /is no address of a Redis/],
    ["redis:///0", /names no host/],
    ["redis://:secret@/0", /is no address of a Redis|names no host/],
    ["redis://:secret@ca%20che", /names no host/],
    ["redis://:secret@cache:0", /has the port 0/],
    ["redis://:secret%zz@cache", /has a % that is no escape/],
    ["redis://secret@cache", /has a user without a password/],
    ["redis://:secret@cache/db", /has a database that is no number/],
    ["redis://:secret@cache/65536", /has a database that is no number/],
    ["redis://:secret@cache/0/1", /has a database that is no number/],
    ["redis://:secret@cache?db=1", /has a \? or #/],
    ["redis://:secret@cache/0#x", /has a \? or #/],
    ["rediss://:secret@cache", /asks for TLS/],
  ];
  for (const [url, why] of invalid)
    it(`refuses ${JSON.stringify(url)}, and does not show it`, () => {
      const message = refusal({ REDIS_URL: url });
      assert.match(message, why);
      assert.match(message, /: it must be redis:\/\/\[user:password@\]host:port\[\/db\]$/);
      assert.doesNotMatch(message, /secret|zz/);
    });
});
