// `make check-config` prints every error of a configuration with file, line and path, in each form that a file may have.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "yaml";
import { checkFiles } from "../../tools/check-config/files.ts";
import { filesIn } from "../../tools/files.ts";
import { findPlugins, root } from "../../tools/plugins.ts";
import { wrongConfigs } from "./wrong-configs.ts";

const SECRET = /secret/;
const folder = mkdtempSync(join(tmpdir(), "check-config-"));
after(() => rmSync(folder, { recursive: true }));

/** What is said about a file of this text. The file is `FILE`. */
function check(text: string): { accepted: boolean; lines: string[] } {
  const file = join(folder, "FILE");
  writeFileSync(file, text);
  const { accepted, lines } = checkFiles([file]);
  return { accepted, lines: lines.map((line) => line.replaceAll(file, "FILE")) };
}

const indented = (text: string, width: number): string => text.replace(/^(?=.)/gm, " ".repeat(width));

/** A filter of an envoy.yaml whose configuration is these lines. */
const filter = (plugin: string, configuration: string): string =>
  [
    "filters:",
    "  - name: any",
    "    typed_config:",
    '      "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm',
    "      config:",
    `        vm_config: { code: { local: { filename: /opt/x/${plugin}.wasm } } }`,
    "        configuration:",
    indented(configuration, 10),
  ].join("\n");

const STRING = '"@type": type.googleapis.com/google.protobuf.StringValue\n';
const OBJECT = '"@type": type.googleapis.com/google.protobuf.Struct\n';

const wasmPlugin = (plugin: string, spec: string): string =>
  [
    "apiVersion: extensions.higress.io/v1alpha1",
    "kind: WasmPlugin",
    `metadata: { name: ${plugin} }`,
    "spec:",
    `  url: oci://registry.example.com/plugins/${plugin}:1.0.0`,
    indented(spec, 2),
  ].join("\n");

/** The line of the first text in a file. */
const lineOf = (file: string, text: string): number => file.slice(0, file.indexOf(text)).split("\n").length;

/** The one error in a file: `said` at the line that ends with `# wrong`. */
function assertError(file: string, plugin: string, said: string, line = lineOf(file, "# wrong")): void {
  const { accepted, lines } = check(file);
  assert.equal(accepted, false, lines.join("\n"));
  assert.ok(
    lines[0]?.startsWith(`FILE:${line}: error: ${plugin}: ${said}`),
    `${lines.join("\n")}\nline ${line} of\n${file}`,
  );
  assert.deepEqual(lines.filter((text) => text.includes(": error: ")).length, 1, lines.join("\n"));
  assert.doesNotMatch(lines.join("\n"), SECRET);
}

/** Modules without any option, whose configuration has no effect. */
const WITHOUT_OPTIONS = ["redis-bridge"];

for (const { name } of findPlugins().filter((plugin) => !WITHOUT_OPTIONS.includes(plugin.name))) {
  describe(`a wrong configuration of ${name}`, () => {
    const { yaml, json, said } = wrongConfigs[name] ?? assert.fail(`tests/tools/wrong-configs.ts has none of ${name}`);
    const text = JSON.stringify(parse(yaml), null, 2);
    const inSpec = (at: string): string => said.replace("$", `$.spec.${at}`);

    it("is found in an object of an envoy.yaml", () => {
      const at = "filters[0].typed_config.config.configuration.value";
      assertError(filter(name, `${OBJECT}value:${indented(yaml, 2)}`), name, said.replace("$", `$.${at}`));
    });

    it("is found in a text of one line", () => {
      const file = filter(name, `${STRING}value: '${JSON.stringify(parse(yaml)).replaceAll("'", "''")}'`);
      assertError(file, name, said, 9);
    });

    it("is found in a text of many lines", () => {
      assertError(filter(name, `${STRING}value: |\n${indented(text, 2)}`), name, said, 9 + lineOf(text, json));
    });

    it("is found in the default configuration and in a rule of a WasmPlugin", () => {
      assertError(wasmPlugin(name, `defaultConfig:${indented(yaml, 2)}`), name, inSpec("defaultConfig"));
      const rules = `matchRules:\n  - { ingress: [x], configDisable: true }\n  - ingress: [y]\n    config:${indented(yaml, 6)}`;
      assertError(wasmPlugin(name, rules), name, inSpec("matchRules[1].config"));
    });

    it("is found on a route", () => {
      const metadata = `metadata: { filter_metadata: { ${name}: { config: '${JSON.stringify(parse(yaml)).replaceAll("'", "''")}' } } }`;
      assertError(`routes:\n  - match: { prefix: / }\n    name: r\n    ${metadata}`, name, said, 4);
    });
  });
}

describe("a file", () => {
  it("has errors in several filters and on several routes", () => {
    const auth = filter(
      "key-auth",
      `${STRING}value: '{"keys": ["k"], "consumers": [{"name": "a", "credential": "a secret"}]}'`,
    );
    const block = filter("request-block", `${STRING}value: '{"block_urls": "x"}'`).replace("filters:", "more:");
    const route = (config: string): string =>
      `  - match: { prefix: / }\n    metadata: { filter_metadata: { key-auth: { config: '${config}' } } }`;
    const routes = [
      "routes:",
      route('{"allow": ["a"]}'),
      route('{"allow": "a"}'),
      route('{"allow": "a"}'),
      route("{"),
    ].join("\n");
    const { accepted, lines } = check([auth, block, routes].join("\n"));
    assert.equal(accepted, false);
    const said = lines.map((line) => line.replace(/: error: (\S+): (\$\S*).*/, " $1 $2"));
    const errors = [
      "FILE:18 request-block $.block_urls",
      "FILE:23 key-auth $.allow",
      "FILE:25 key-auth $.allow",
      "FILE:27 key-auth $",
    ];
    assert.deepEqual(
      said.filter((line) => !line.includes("warning")),
      errors,
    );
  });

  it("names a provider in the metadata of a cluster or an endpoint that ai-proxy does not have", () => {
    const providers =
      '{"activeProviderId": "a", "providers": [{"id": "a", "type": "openai", "apiToken": "sk-secret"}]}';
    const proxy = filter("ai-proxy", `${STRING}value: '${providers}'`);
    const cluster = (provider: string): string =>
      `clusters:\n- name: x\n  metadata:\n    filter_metadata:\n      ai-proxy:\n        provider: ${provider}`;
    assert.ok(check(`${proxy}\n${cluster("a")}`).accepted);
    const said = "$.clusters[0].metadata.filter_metadata.ai-proxy.provider";
    assertError(`${proxy}\n${cluster("b # wrong")}`, "ai-proxy", `${said} names no provider of ai-proxy; there is a`);
    assertError(`${proxy}\n${cluster("1 # wrong")}`, "ai-proxy", `${said} must be a string`);
  });

  it("may spread JSON over a folded text, with quotes of both kinds", () => {
    const single = `value: '{"limit_by_header": "it''s",\n  "limit_keys": [\n    {"key": "*", "query_per_minute": 0}]}'`;
    const double =
      'value: "{\\"limit_by_header\\": \\"it\\",\n  \\"limit_keys\\": [\n    {\\"key\\": \\"*\\", \\"query_per_minute\\": 0}]}"';
    const folded =
      'value: >-\n  {"limit_by_header": "it",\n  "limit_keys": [\n    {"key": "*", "query_per_minute": 0}]}';
    for (const [text, line] of [
      [single, 11],
      [double, 11],
      [folded, 12],
    ] as const)
      assertError(filter("key-rate-limit", STRING + text), "key-rate-limit", "$.limit_keys[0].query_per_minute", line);
  });

  it("has JSON that is not valid: the line is that of the byte", () => {
    const text = '{"keys": ["ü"],\n  "secret": x\n}';
    assertError(filter("key-auth", `${STRING}value: |\n${indented(text, 2)}`), "key-auth", "$ is not valid JSON", 11);
  });

  const rows: [title: string, text: string, said: RegExp][] = [
    ["is not valid YAML, and holds a secret", "a: [secret\nb: }", /^FILE:\d: error: YAML: /],
    ["has a key twice", "a: 1\na: 2", /^FILE:2: error: YAML: Map keys must be unique/],
    ["has a tab", "a:\n\tb: secret", /^FILE:\d: error: YAML: /],
    ["has an alias without an anchor", "a: 1\nb: *none", /^FILE:2: error: YAML: Unresolved alias/],
    ["has no plugin", "a: 1", /^FILE: has no configuration of a plugin; there is ai-/],
    ["is empty", "", /^FILE: has no configuration of a plugin/],
    [
      "has an object where JSON in quotes belongs",
      filter("key-auth", `${STRING}value: { keys: [k] }`),
      /^FILE:9: error: \$\.filters\[0\]\.typed_config\.config\.configuration\.value must be a string that holds JSON/,
    ],
    [
      "has an object on a route",
      "routes:\n- match: { prefix: / }\n  metadata: { filter_metadata: { key-auth: { config: { allow: [] } } } }",
      /^FILE:3: error: \$\.routes\[0\]\.metadata\.filter_metadata\.key-auth\.config must be a string that holds JSON/,
    ],
    [
      "has a configuration without a type",
      filter("key-auth", "value: '{}'"),
      /^FILE:7: error: \S+ must be a google\.protobuf/,
    ],
    [
      "has a WasmPlugin of another project",
      wasmPlugin("ext-auth", "defaultConfig: {}"),
      /^FILE:5: error: \$\.spec\.url is of no/,
    ],
    [
      "has a WasmPlugin that the API server refuses",
      wasmPlugin("key-auth", "defaultConfig: []"),
      /^FILE:6: error: \$\.spec\.def/,
    ],
  ];
  for (const [title, text, said] of rows) {
    it(title, () => {
      const { accepted, lines } = check(text);
      assert.equal(accepted, false);
      assert.match(lines[0], said);
      assert.doesNotMatch(lines.join("\n"), SECRET);
    });
  }

  it("has metadata that no plugin reads, and a filter of another module", () => {
    const host = "virtual_hosts:\n- domains: [a]\n  metadata: { filter_metadata: { key-auth: { config: '{}' } } }\n";
    const { accepted, lines } = check(`${host}${filter("ext-auth", `${STRING}value: '{}'`)}\n`);
    assert.match(lines[0], /^FILE:3: warning: \S+ has no effect: the plugin reads the metadata of routes/);
    assert.equal(accepted, false);
  });

  it("is a resource of Istio or Envoy Gateway", () => {
    const istio = `apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: { name: x }\nspec:\n  url: oci://x/key-auth\n  pluginConfig:\n    consumers: [{ name: a, credential: b }]\n    keys: [k]\n    strip_bearer: x # wrong`;
    assertError(istio, "key-auth", "$.spec.pluginConfig.strip_bearer must be true");
    const policy = `kind: EnvoyExtensionPolicy\nspec:\n  wasm:\n  - name: key-auth\n    code: { image: { url: x } }\n    config:\n      consumers: [{ name: a, credential: b }]\n      keys: [k]\n      strip_bearer: x # wrong`;
    assertError(policy, "key-auth", "$.spec.wasm[0].config.strip_bearer must be true");
  });
});

describe("the shipped files", () => {
  for (const file of [...filesIn("envoy", ".yaml"), ...filesIn("examples", ".yaml")]) {
    it(`${file} has no error`, () => {
      const { accepted, lines } = checkFiles([join(root, file)]);
      const isOther = lines.length === 1 && lines[0].includes(": has no configuration of a plugin");
      assert.ok(accepted || isOther, lines.join("\n"));
      assert.equal(lines.length, 1, lines.join("\n"));
    });
  }

  it("are accepted by the command with one line, and a wrong one with exit code 1", () => {
    const run = (file: string) =>
      spawnSync(process.execPath, ["--import", "tsx", "tools/check-config/main.ts", file], {
        cwd: root,
        encoding: "utf8",
      });
    const good = run("envoy/key-auth.yaml");
    assert.deepEqual([good.status, good.stdout], [0, "envoy/key-auth.yaml: accepted, 2 configurations of key-auth\n"]);
    const file = join(folder, "wrong");
    writeFileSync(file, filter("key-auth", `${STRING}value: '{}'`));
    assert.equal(run(file).status, 1);
    assert.equal(run("").status, 1);
    assert.match(run("none.yaml").stderr, /^check-config: .*none\.yaml/);
  });
});
