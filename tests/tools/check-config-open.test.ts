// `make check-config` finds gateways that let requests pass without a plugin: a strategy that fails open, and fetched modules that
// share a VM.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { checkFiles } from "../../tools/check-config/files.ts";

const folder = mkdtempSync(join(tmpdir(), "open-"));
after(() => rmSync(folder, { recursive: true }));

/** What is said about files of these texts; the last line if they are accepted is the summary. */
function check(...texts: string[]): { accepted: boolean; lines: string[] } {
  const files = texts.map((text, index) => {
    const file = join(folder, `FILE${index || ""}`);
    writeFileSync(file, text);
    return file;
  });
  const { accepted, lines } = checkFiles(files);
  return { accepted, lines: lines.map((line) => line.replaceAll(`${folder}/`, "")) };
}

const CONFIG = '{"keys": ["k"], "consumers": [{"name": "a", "credential": "secret-of-a"}]}';
const filter = (plugin: string, ...lines: string[]): string =>
  [
    "- name: any",
    "  typed_config:",
    '    "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm',
    "    config:",
    `      root_id: ${plugin}`,
    ...lines.map((line) => `      ${line}`),
    plugin === "key-auth"
      ? `      configuration: { "@type": type.googleapis.com/google.protobuf.StringValue, value: '${CONFIG}' }`
      : "",
  ].join("\n");

describe("a warning", () => {
  const says = /^FILE:(\d+): warning: \S+ lets requests pass without the plugin while its VM is down/;
  const resource = (api: string, kind: string, spec: string): string =>
    `apiVersion: ${api}\nkind: ${kind}\nmetadata: { name: key-auth }\nspec:\n${spec}`;
  const rows: [title: string, text: string, line: number][] = [
    ["failure_policy: FAIL_OPEN", filter("key-auth", "failure_policy: FAIL_OPEN"), 6],
    ["fail_open: true", filter("key-auth", "fail_open: true"), 6],
    [
      "failStrategy of Higress",
      resource(
        "extensions.higress.io/v1alpha1",
        "WasmPlugin",
        `  url: oci://x/key-auth:1\n  failStrategy: FAIL_OPEN\n  defaultConfig: ${CONFIG}`,
      ),
      6,
    ],
    [
      "failStrategy of Istio",
      resource(
        "extensions.istio.io/v1alpha1",
        "WasmPlugin",
        `  url: oci://x/key-auth:1\n  failStrategy: FAIL_OPEN\n  pluginConfig: ${CONFIG}`,
      ),
      6,
    ],
    [
      "failOpen of Envoy Gateway",
      resource(
        "gateway.envoyproxy.io/v1alpha1",
        "EnvoyExtensionPolicy",
        `  wasm:\n  - name: key-auth\n    failOpen: true\n    config: ${CONFIG}`,
      ),
      7,
    ],
  ];
  for (const [title, text, line] of rows) {
    it(`says what ${title} means`, () => {
      const { accepted, lines } = check(text);
      assert.equal(accepted, true, lines.join("\n"));
      assert.equal(Number(says.exec(lines[0])?.[1]), line, lines.join("\n"));
      assert.equal(lines.length, 2);
    });
  }

  it("is not there for strategies that fail closed", () => {
    const policies = ["failure_policy: FAIL_RELOAD", "failure_policy: FAIL_CLOSED", "fail_open: false"];
    for (const policy of policies) assert.equal(check(filter("key-auth", policy)).lines.length, 1, policy);
  });
});

describe("modules that Envoy fetches", () => {
  const remote = (plugin: string, vm: string, sha256 = plugin): string =>
    filter(
      plugin,
      "vm_config:",
      `  ${vm}`,
      `  code: { remote: { http_uri: { uri: "http://m/${plugin}.wasm", cluster: m, timeout: 1s }, sha256: ${sha256} } }`,
    );
  const chain = (first: string, second: string): string => `filters:\n${first}\n${second}`;
  const same = /^FILE:17: error: \S+\.vm_config\.vm_id must be another one: the module of FILE:8 has the same/;

  it("share no vm_id", () => {
    const { accepted, lines } = check(chain(remote("redis-bridge", "vm_id: x"), remote("key-auth", "vm_id: x")));
    assert.equal(accepted, false);
    assert.match(lines[0], same);
    assert.equal(lines.length, 1);
  });

  it("are not both without a vm_id", () => {
    const runtime = "runtime: envoy.wasm.runtime.v8";
    const { accepted, lines } = check(chain(remote("redis-bridge", runtime), remote("key-auth", runtime)));
    assert.equal(accepted, false);
    assert.match(lines[0], /^FILE:\d+: error: \S+\.vm_id is required: the module of FILE:\d+ has the same/);
  });

  it("share none in two files of one gateway", () => {
    const { accepted, lines } = check(remote("redis-bridge", "vm_id: x"), remote("key-auth", "vm_id: x"));
    assert.equal(accepted, false);
    assert.match(lines[0], /^FILE1:7: error: \S+\.vm_id must be another one: the module of FILE:7 /);
  });

  it("may share one with the same module, with files, and have their own", () => {
    const fine = [
      chain(remote("key-auth", "vm_id: x"), remote("key-auth", "vm_id: x")),
      chain(remote("redis-bridge", "vm_id: a"), remote("key-auth", "vm_id: b")),
      chain(
        filter("redis-bridge", "vm_config: { vm_id: x, code: { local: { filename: /a.wasm } } }"),
        remote("key-auth", "vm_id: x"),
      ),
    ];
    for (const text of fine) assert.deepEqual(check(text).accepted, true, check(text).lines.join("\n"));
  });
});
