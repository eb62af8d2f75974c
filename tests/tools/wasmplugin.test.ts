// A Higress WasmPlugin becomes the configuration that Higress's controller gives the plugin. What the API server or the controller
// refuses is refused, with file, path and line.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { findingText } from "../../tools/config/finding.ts";
import { filesIn } from "../../tools/files.ts";
import { findPlugins, root } from "../../tools/plugins.ts";
import { fragment } from "../../tools/wasmplugin/fragment.ts";
import { readWasmPlugins } from "../../tools/wasmplugin/read-file.ts";

const ARTICLE = "tests/fixtures/wasmplugin/four-providers.yaml";
const article = readFileSync(join(root, ARTICLE), "utf8");
const head = "apiVersion: extensions.higress.io/v1alpha1\nkind: WasmPlugin\nmetadata: { name: key-auth }\nspec:\n";
const url = "  url: oci://registry.example.com/plugins/key-auth:1.0.0\n";

function read(spec: string): { config: unknown; isDelivered: boolean | undefined; said: string[] } {
  const { entries, findings } = readWasmPlugins("x.yaml", head + url + spec);
  const { config, isDelivered } = entries[0]?.converted ?? {};
  return { config, isDelivered, said: findings.map((finding) => findingText(finding)) };
}

describe("a WasmPlugin with a rule for each ingress", () => {
  const { entries, findings } = readWasmPlugins(ARTICLE, article);

  it("has rules in its order, and no global part", () => {
    const config = entries[0].converted.config as {
      _rules_: { _match_route_: string[]; provider: { type: string } }[];
    };
    assert.deepEqual(Object.keys(config), ["_rules_"]);
    const rules = config._rules_.map(({ _match_route_, provider }) => [..._match_route_, provider.type]);
    const wanted = [
      ["qwen", "qwen"],
      ["azure-openai", "azure"],
      ["openai", "openai"],
      ["moonshot", "moonshot"],
    ];
    assert.deepEqual(rules, wanted);
    assert.equal(entries[0].module, "ai-proxy");
  });

  it("reads a quoted priority, with one warning", () => {
    assert.equal(entries[0].plugin.priority, 100);
    const line = article.split("\n").findIndex((text) => text.includes("priority:")) + 1;
    const text = `${ARTICLE}:${line}: warning: $.spec.priority is a string, the CRD wants an integer: read as 100`;
    assert.deepEqual(
      findings.map((finding) => findingText(finding)),
      [text],
    );
  });
});

describe("the configuration of a WasmPlugin", () => {
  const rows: [title: string, spec: string, config: unknown, isDelivered?: boolean][] = [
    ["nothing", "", undefined],
    ["a default alone", "  defaultConfig: { a: 1 }\n", { a: 1 }],
    [
      "a default that is disabled, alone",
      "  defaultConfig: { a: 1 }\n  defaultConfigDisable: true\n",
      undefined,
      false,
    ],
    [
      "rules alone",
      "  matchRules: [{ ingress: [x], config: { a: 1 } }]\n",
      { _rules_: [{ a: 1, _match_route_: ["x"] }] },
    ],
    ["a rule without a configuration", "  matchRules: [{ domain: [x] }]\n", { _rules_: [{ _match_domain_: ["x"] }] }],
    [
      "a rule with all lists",
      "  defaultConfig: { b: 2 }\n  matchRules: [{ ingress: [x], domain: [y], service: [z], config: { a: 1 } }]\n",
      { b: 2, _rules_: [{ a: 1, _match_route_: ["x"], _match_service_: ["z"], _match_domain_: ["y"] }] },
    ],
    [
      "a disabled rule between two",
      "  matchRules: [{ ingress: [x] }, { ingress: [y], configDisable: true }, { service: [z] }]\n",
      { _rules_: [{ _match_route_: ["x"] }, { _match_service_: ["z"] }] },
    ],
    ["only disabled rules", "  matchRules: [{ ingress: [y], configDisable: true }]\n", {}],
    [
      "only disabled rules and a disabled default",
      "  defaultConfigDisable: true\n  matchRules: [{ ingress: [y], configDisable: true }]\n",
      {},
      false,
    ],
    ["a disabled rule without lists", "  matchRules: [{ configDisable: true }]\n", {}],
  ];
  for (const [title, spec, config, isDelivered = true] of rows) {
    it(`is right with ${title}`, () => assert.deepEqual(read(spec), { config, isDelivered, said: [] }));
  }

  it("is pluginConfig alone, if there is one", () => {
    const { config, said } = read("  pluginConfig: { a: 1 }\n  matchRules: [{ ingress: [x] }]\n");
    assert.deepEqual(config, { a: 1 });
    assert.match(said.join(), /^x\.yaml:6: warning: \$\.spec\.pluginConfig applies alone/);
  });

  it("has the default for a disabled rule, with a warning", () => {
    const { config, said } = read(
      "  defaultConfig: { a: 1 }\n  matchRules:\n    - ingress: [x]\n      configDisable: true\n",
    );
    assert.deepEqual(config, { a: 1 });
    assert.match(said.join(), /^x\.yaml:9: warning: \$\.spec\.matchRules\[0\]\.configDisable removes the rule/);
  });
});

describe("a wrong WasmPlugin", () => {
  const rows: [title: string, spec: string, said: RegExp][] = [
    [
      "a rule that matches nothing",
      "  matchRules:\n    - config: { a: 1 }\n",
      /:7: error: \$\.spec\.matchRules\[0\] must have/,
    ],
    ["empty lists", "  matchRules:\n    - ingress: []\n", /:7: error: \$\.spec\.matchRules\[0\] must name an ingress/],
    ["a misspelt field", "  matchRule: []\n", /:6: error: \$\.spec\.matchRule is not a field of the CRD/],
    [
      "a misspelt field of a rule",
      "  matchRules:\n    - ingress: [x]\n      configDisabled: true\n",
      /:8: error: \$\.spec\.matchRules\[0\]\.configDisabled is not a field of the CRD/,
    ],
    [
      "a text for a switch",
      '  defaultConfigDisable: "true"\n',
      /:6: error: \$\.spec\.defaultConfigDisable must be true or/,
    ],
    [
      "a text for a list",
      "  matchRules:\n    - ingress: x\n",
      /:7: error: \$\.spec\.matchRules\[0\]\.ingress must be a list/,
    ],
    [
      "a number in a list",
      "  matchRules:\n    - ingress: [1]\n",
      /:7: error: \$\.spec\.matchRules\[0\]\.ingress\[0\] must be a s/,
    ],
    ["no configuration behind the key", "  defaultConfig:\n", /:6: error: \$\.spec\.defaultConfig must be an object/],
    ["a list as a configuration", "  defaultConfig: []\n", /:6: error: \$\.spec\.defaultConfig must be an object/],
    [
      "an unknown phase",
      "  phase: AUTH\n",
      /:6: error: \$\.spec\.phase must be one of AUTHN, AUTHZ, STATS, UNSPECIFIED_PHASE/,
    ],
    ["an unknown strategy", "  failStrategy: OPEN\n", /:6: error: \$\.spec\.failStrategy must be one of/],
    ["a priority in words", "  priority: high\n", /:6: error: \$\.spec\.priority must be a whole number/],
    ["a fraction", "  priority: 1.5\n", /:6: error: \$\.spec\.priority must be a whole number/],
    ["a key twice", "  phase: AUTHN\n  phase: AUTHZ\n", /:7: error: YAML: Map keys must be unique/],
    ["a bracket that stays open", "  matchRules: [\n", /^x\.yaml:\d: error: YAML: /],
  ];
  for (const [title, spec, said] of rows) {
    it(`has ${title}`, () => {
      const result = read(spec);
      assert.equal(result.isDelivered, undefined);
      assert.match(result.said.join("\n"), said);
    });
  }

  it("has no url, another version of the API, or no spec", () => {
    const texts = ["spec: { phase: AUTHN }\n", "spec: { url: '' }\n", "", "spec: []\n"].map((spec) => {
      const text = `apiVersion: extensions.higress.io/v1\nkind: WasmPlugin\nmetadata: { name: x }\n${spec}`;
      return readWasmPlugins("x.yaml", text).findings.map((finding) => findingText(finding));
    });
    const api = "x.yaml:1: error: $.apiVersion must be extensions.higress.io/v1alpha1";
    assert.deepEqual(texts, [
      [api, "x.yaml:4: error: $.spec.url is required"],
      [api, "x.yaml:4: error: $.spec.url must not be empty"],
      [api, "x.yaml:1: error: $.spec is required", "x.yaml:1: error: $.spec.url is required"],
      [api, "x.yaml:4: error: $.spec must be an object", "x.yaml:4: error: $.spec.url is required"],
    ]);
  });
});

describe("the fragment of an envoy.yaml", () => {
  const plugin = (name: string, more: string): string =>
    `${head.replace("key-auth", name)}${url.replace("key-auth", name)}${more}---\n`;

  it("has the plugins in the order of their phases and priorities", () => {
    const file = [
      plugin("ai-proxy", "  priority: 100\n"),
      plugin("model-mapper", "  priority: 800\n"),
      plugin("request-block", "  phase: AUTHZ\n"),
      plugin("key-auth", "  phase: AUTHN\n  priority: 310\n"),
      plugin("model-router", "  phase: AUTHN\n  priority: 900\n  defaultConfigDisable: true\n"),
    ];
    const { entries } = readWasmPlugins("x.yaml", file.join(""));
    const filters = parse(fragment(entries)) as { name: string }[];
    assert.deepEqual(
      filters.map(({ name }) => name),
      ["key-auth", "request-block", "model-mapper", "ai-proxy"],
    );
  });

  it("carries every text of the configuration, the strategy and the environment", () => {
    const text = "it's \\ \" \u0085 \u2028 \ufeff ü # : {";
    const env = "  vmConfig: { env: [{ name: A, value: b }, { name: C, valueFrom: HOST }] }\n";
    const more = `  failStrategy: FAIL_OPEN\n${env}  defaultConfig: ${JSON.stringify({ text })}\n`;
    const [filter] = parse(fragment(readWasmPlugins("x.yaml", plugin("key-auth", more)).entries)) as any[];
    const { config } = filter.typed_config;
    assert.deepEqual(JSON.parse(config.configuration.value), { text });
    assert.equal(config.failure_policy, "FAIL_OPEN");
    assert.deepEqual(config.vm_config.environment_variables, { key_values: { A: "b" }, host_env_keys: ["C"] });
  });

  it("is printed by the command, which fails for a wrong file", () => {
    const run = (file: string) =>
      spawnSync(process.execPath, ["--import", "tsx", "tools/wasmplugin/main.ts", file], {
        cwd: root,
        encoding: "utf8",
      });
    const good = run(ARTICLE);
    assert.equal(good.status, 0);
    assert.match(good.stdout, /^- name: ai-proxy$/m);
    assert.match(good.stderr, /^tests\/fixtures\S+:\d+: warning: \$\.spec\.priority/);
    assert.doesNotMatch(good.stderr, /YOUR_/);
    assert.equal(run("envoy/key-auth.yaml").status, 1);
    assert.equal(run("tests/fixtures/wasmplugin/other-project.yaml").status, 1);
    assert.match(
      run("tests/fixtures/wasmplugin/other-project.yaml").stderr,
      /^tests\S+:6: error: \$\.spec\.url is of no plugin/,
    );
    assert.match(run("none.yaml").stderr, /^from-wasmplugin: .*none\.yaml/);
    assert.match(run("").stderr, /^from-wasmplugin: name a file/);
  });
});

/** Modules that Higress does not need: its own Envoy calls Redis. */
const NOT_IN_HIGRESS = ["redis-bridge"];

describe("examples/kubernetes/higress", () => {
  for (const { name, folder } of findPlugins().filter((plugin) => !NOT_IN_HIGRESS.includes(plugin.name))) {
    it(`has a WasmPlugin of ${name}, with the version of its schema`, () => {
      const file = `examples/kubernetes/higress/${name}.yaml`;
      const { entries, findings } = readWasmPlugins(file, readFileSync(join(root, file), "utf8"));
      assert.deepEqual(findings, []);
      assert.equal(entries[0].module, name);
      const schema = JSON.parse(readFileSync(join(root, folder, "schema.json"), "utf8")) as { "x-version": string };
      assert.ok(entries[0].plugin.url.endsWith(`/${name}:${schema["x-version"]}`), entries[0].plugin.url);
    });
  }

  it("has no file that no case runs", () => {
    const cases = filesIn("tests/cases", ".yaml").map((file) => readFileSync(join(root, file), "utf8"));
    const unused = filesIn("examples/kubernetes/higress", ".yaml").filter(
      (file) => !cases.some((text) => text.includes(`wasmPlugin: ${file}`)),
    );
    assert.deepEqual(unused, []);
  });
});
