import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "yaml";
import type { Bootstrap, Route } from "../../tools/gateway/bootstrap.ts";
import { ALL_IN_ONE, runEntrypoint, writeProgram } from "../harness/all-in-one.ts";

const folder = mkdtempSync(join(tmpdir(), "all-in-one-test-"));
after(() => rmSync(folder, { recursive: true }));
// In the place of Envoy: it prints the two files that the script has filled in.
const program = writeProgram(folder, 'cat "$2"; printf "\\n=====\\n"; cat "$(dirname "$2")/routes.yaml"');

interface Filled {
  bootstrap: Bootstrap;
  provider: { type: string; apiTokens: string[]; azureServiceUrl?: string; modelMapping?: Record<string, string> };
}

async function fill(env: Record<string, string>): Promise<Filled> {
  const { code, stdout, stderr } = await runEntrypoint(program, { DATA: "/nowhere", TMPDIR: folder, ...env });
  assert.equal(code, 0, stderr);
  const [bootstrap, routes] = stdout.split("\n=====\n").map((text) => parse(text) as unknown);
  const { resources } = routes as { resources: { virtual_hosts: { routes: Route[] }[] }[] };
  const { config } = resources[0].virtual_hosts[0].routes.at(-1)!.metadata!.filter_metadata["ai-proxy"];
  return { bootstrap: bootstrap as Bootstrap, provider: (JSON.parse(config) as Filled).provider };
}

describe("entrypoint.sh under dash", { concurrency: 8 }, () => {
  const keys = {
    "a usual key": "sk-0123456789abcdef",
    slashes: "sk/a//b/",
    ampersands: "sk&a&&\\&b",
    quotes: `sk"a'b\`c"`,
    backslashes: String.raw`sk\a\\n\1`,
    "a dollar and a percent": "sk$HOME$(id)%START_TIME%",
    "the name of another place": "@SERVICE@@API_KEY@@WORK@",
  };
  for (const [name, key] of Object.entries(keys)) {
    it(`fills in a key with ${name}`, async () => {
      assert.deepEqual((await fill({ DASHSCOPE_API_KEY: key })).provider.apiTokens, [key]);
      const env = { DEFAULT_AI_SERVICE: "openai", OPENAI_API_KEY: key };
      assert.deepEqual((await fill(env)).provider, { id: "openai", type: "openai", apiTokens: [key] });
    });
  }

  it("has the model mapping of the classic demo, and no other", async () => {
    const { provider } = await fill({ DASHSCOPE_API_KEY: "sk-a" });
    assert.deepEqual(provider.modelMapping, {
      "*": "qwen-turbo",
      "gpt-3": "qwen-turbo",
      "gpt-35-turbo": "qwen-plus",
      "gpt-4-turbo": "qwen-max",
      "gpt-4o": "qwen-max",
    });
  });

  const hosts: [service: string, host: string, env: Record<string, string>][] = [
    ["qwen", "dashscope.aliyuncs.com", { DASHSCOPE_API_KEY: "sk-a" }],
    ["openai", "api.openai.com", { OPENAI_API_KEY: "sk-a" }],
    ["moonshot", "api.moonshot.cn", { MOONSHOT_API_KEY: "sk-a" }],
    ["deepseek", "api.deepseek.com", { DEEPSEEK_API_KEY: "sk-a" }],
    [
      "azure",
      "r.openai.azure.com",
      { AZURE_OPENAI_API_KEY: "a", AZURE_SERVICE_URL: "https://r.openai.azure.com?api-version=2024-10-21" },
    ],
  ];
  for (const [service, host, env] of hosts) {
    it(`leads ${service} to its host, with TLS`, async () => {
      const { bootstrap, provider } = await fill({ DEFAULT_AI_SERVICE: service, ...env });
      assert.equal(provider.type, service);
      assert.equal(provider.azureServiceUrl, env.AZURE_SERVICE_URL);
      const [cluster] = bootstrap.static_resources.clusters;
      assert.equal(cluster.name, service);
      assert.match(JSON.stringify(cluster.load_assignment), new RegExp(`"address":"${host}","port_value":443`));
      assert.equal(cluster.transport_socket!.typed_config.sni, host);
      assert.equal(bootstrap.admin, undefined, "the admin would show the key");
      assert.doesNotMatch(JSON.stringify(bootstrap), /@[A-Z_]+@/);
    });
  }

  it("prefers the file of the mounted folder", async () => {
    writeFileSync(
      join(folder, "openai.json"),
      '{"id": "openai", "type": "openai", "apiTokens": ["@API_KEY@"], "timeout": 1}',
    );
    const env = { DEFAULT_AI_SERVICE: "openai", OPENAI_API_KEY: "sk-a", DATA: folder };
    assert.deepEqual((await fill(env)).provider, { id: "openai", type: "openai", apiTokens: ["sk-a"], timeout: 1 });
  });

  const refusals: [name: string, env: Record<string, string>, message: string][] = [
    [
      "an unknown service",
      { DEFAULT_AI_SERVICE: "foo" },
      "DEFAULT_AI_SERVICE=foo is not known: qwen, openai, azure, moonshot or deepseek",
    ],
    ["no key", {}, "DEFAULT_AI_SERVICE=qwen needs DASHSCOPE_API_KEY beside it"],
    [
      "another service's key",
      { DEFAULT_AI_SERVICE: "openai", DASHSCOPE_API_KEY: "sk-a" },
      "DEFAULT_AI_SERVICE=openai needs OPENAI_API_KEY beside it",
    ],
    [
      "the key of the example",
      { DASHSCOPE_API_KEY: "YOUR_DASHSCOPE_API_KEY" },
      "DEFAULT_AI_SERVICE=qwen needs DASHSCOPE_API_KEY beside it",
    ],
    [
      "a key with a line end",
      { DASHSCOPE_API_KEY: "sk-secret\nb" },
      "DASHSCOPE_API_KEY holds a blank, a line end or another letter that no key has",
    ],
    [
      "a key with a blank",
      { DASHSCOPE_API_KEY: "sk-secret b" },
      "DASHSCOPE_API_KEY holds a blank, a line end or another letter that no key has",
    ],
    [
      "Azure without an address",
      { DEFAULT_AI_SERVICE: "azure", AZURE_OPENAI_API_KEY: "a" },
      "DEFAULT_AI_SERVICE=azure needs AZURE_SERVICE_URL, which begins with https://",
    ],
    [
      "Azure with plain HTTP",
      { DEFAULT_AI_SERVICE: "azure", AZURE_OPENAI_API_KEY: "a", AZURE_SERVICE_URL: "http://r.example" },
      "DEFAULT_AI_SERVICE=azure needs AZURE_SERVICE_URL, which begins with https://",
    ],
    [
      "a port that is none",
      { DASHSCOPE_API_KEY: "sk-a", PORT: "80 80" },
      "PORT and CONSOLE_PORT are numbers, not 80 80",
    ],
  ];
  for (const [name, env, message] of refusals) {
    it(`refuses ${name} in one line`, async () => {
      const { code, stdout, stderr } = await runEntrypoint(program, { TMPDIR: folder, ...env });
      assert.deepEqual([code, stdout, stderr], [1, "", `all-in-one: ${message}\n`]);
    });
  }
});

it("leaves no file behind", () => {
  assert.deepEqual(readdirSync(folder).sort(), ["openai.json", "program"]);
});

describe("compose.yaml", () => {
  const read = (file: string): string => readFileSync(join(ALL_IN_ONE, file), "utf8");
  const text = read("compose.yaml");
  const { services, ...rest } = parse(text, { strict: true, uniqueKeys: true }) as {
    services: Record<string, Record<string, string | string[]>>;
  };

  it("has the services, ports and commands of the articles", () => {
    assert.deepEqual(rest, {});
    assert.deepEqual(Object.keys(services), ["higress", "nextchat"]);
    // https://github.com/compose-spec/compose-spec/blob/main/spec.md
    assert.deepEqual(Object.keys(services.higress).sort(), [
      "entrypoint",
      "environment",
      "image",
      "ports",
      "restart",
      "user",
      "volumes",
    ]);
    assert.deepEqual(services.nextchat, {
      image: "yidadaa/chatgpt-next-web",
      environment: ["OPENAI_API_KEY=unused", "BASE_URL=http://higress:8080"],
      ports: ["${LISTEN:-127.0.0.1}:3000:3000/tcp"],
      restart: "always",
    });
    assert.match(text, /docker compose -p higress-ai up -d/);
    assert.match(text, /docker compose -p higress-ai down/);
  });

  it("opens its ports to this machine alone, unless LISTEN says otherwise", () => {
    const ports = Object.values(services).flatMap((service) => service.ports);
    assert.deepEqual(
      ports.map((port) => port.replace("${LISTEN:-127.0.0.1}:", "")),
      ["8080:8080/tcp", "8001:8001/tcp", "3000:3000/tcp"],
    );
  });

  it("runs the Envoy of envoy/VERSION, with files that exist", () => {
    const version = readFileSync(join(ALL_IN_ONE, "../../envoy/VERSION"), "utf8").trim();
    assert.equal(services.higress.image, `envoyproxy/envoy:v${version}`);
    assert.deepEqual(services.higress.entrypoint, ["/bin/sh", "/gateway/entrypoint.sh"]);
    assert.deepEqual(services.higress.volumes, [
      ".:/gateway:ro",
      "../../build:/modules:ro",
      "${CONFIG_FOLDER:-./config}:/data:ro",
    ]);
  });

  it("passes the variables that the script reads, each with a default", () => {
    const names = (services.higress.environment as string[]).map((line) => line.split("=")[0]);
    const script = read("entrypoint.sh");
    for (const name of names) assert.match(script, new RegExp(`\\$\\{${name}:-`), `${name} is not read`);
    const bare = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)].filter(([, , rest]) => !rest.startsWith(":-"));
    assert.deepEqual(bare, []);
  });
});
