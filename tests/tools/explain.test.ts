// `make explain` prints route, configurations and requests to providers, without Envoy and without API keys.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { explain } from "../../tools/explain/explain.ts";
import { explanationLines } from "../../tools/explain/print.ts";
import { readRequest } from "../../tools/explain/request.ts";
import { root } from "../../tools/plugins.ts";

const folder = mkdtempSync(join(tmpdir(), "explain-"));
after(() => rmSync(folder, { recursive: true }));

const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

/** The text that is printed for a request to a file. */
function explained(file: string, request: object): string {
  const read = readRequest(written("request.json", JSON.stringify(request)));
  const explanation = explain(file, read);
  return (Array.isArray(explanation) ? explanation : explanationLines(read, explanation)).join("\n");
}

const chat = (model: string): object => ({ model, messages: [{ role: "user", content: "hi" }] });
/** The number of the first line of a file with this text. */
const lineWith = (file: string, text: string): number =>
  readFileSync(join(root, file), "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

describe("make explain", () => {
  const failover = "examples/model-failover/envoy.yaml";

  it("shows each attempt of a fallback set, with the host, the model and the key of its target", () => {
    const headers = { authorization: "Bearer higress-api-key" };
    const text = explained(failover, { headers, body: chat("deepseek-r1") });
    assert.match(text, /^route {5}my-deepseek-r1, cluster my-deepseek-r1$/m);
    assert.match(
      text,
      new RegExp(`ai-token-ratelimit: rule \\$\\._rules_\\[0\\], ${failover}:${lineWith(failover, '"rule_name"')}`),
    );
    assert.match(text, /fallback: metadata of the route, /);
    const attempts = text.split(/attempt \d/).slice(1);
    assert.equal(attempts.length, 2);
    assert.match(
      attempts[0],
      /route my-deepseek-r1[\s\S]*host: deepseek\.local:8000[\s\S]*Bearer YOU…[\s\S]*"model":"deepseek-r1"/,
    );
    assert.match(attempts[1], /route my-qwq-32b[\s\S]*host: qwq\.local:8000[\s\S]*Bearer YOU…[\s\S]*"model":"qwq-32b"/);
    assert.doesNotMatch(text, /YOUR_|higress-api-key/);
  });

  it("shows what is changed of a request that the model would refuse", () => {
    const file = written(
      "models.yaml",
      [
        "apiVersion: extensions.higress.io/v1alpha1",
        "kind: WasmPlugin",
        "metadata: { name: ai-proxy }",
        "spec:",
        "  url: oci://x/ai-proxy:1",
        "  defaultConfig: { provider: { type: openai, apiToken: sk-test-0001 } }",
      ].join("\n"),
    );
    const text = explained(file, { body: { ...chat("o3"), temperature: 0.5, max_tokens: 5 } });
    assert.match(text, /"max_completion_tokens":5/);
    assert.match(
      text,
      /^ {2}dropped or changed \(x-ai-dropped-params\): temperature, max_tokens>max_completion_tokens$/m,
    );
    assert.equal(text.split("x-ai-dropped-params").length, 2, text);
  });

  it("shows a refusal, and the plugins that the request does not reach", () => {
    const text = explained(failover, {
      headers: { authorization: "Bearer sk-of-a-stranger" },
      body: chat("deepseek-r1"),
    });
    assert.match(text, /^ +key-auth: the global part, /m);
    assert.match(text, /^ +ai-token-ratelimit: the request does not get here$/m);
    assert.match(text, /no request to a provider: the client gets 401, key-auth\.unauthorized/);
    assert.doesNotMatch(text, /of-a-stranger/);
  });

  it("prints no credential of the request, under whatever name and in the query, also if nobody has it", () => {
    const file = written(
      "key-auth.yaml",
      [
        "apiVersion: extensions.higress.io/v1alpha1",
        "kind: WasmPlugin",
        "metadata: { name: key-auth }",
        "spec:",
        "  url: oci://x/key-auth:1",
        "  defaultConfig: { keys: [x-mine], in_query: true, consumers: [{ name: a, credential: key-of-a }] }",
      ].join("\n"),
    );
    const requests = [
      { path: "/v1/models?x-mine=of-a-stranger" },
      { path: "/v1/models?x=1&X-Mine=of%2Da-stranger" },
      { path: "/v1/models?key=of-a-stranger&x-mine=key-of-a" },
      { headers: { "x-mine": "key-of-a", "x-auth-token": "of-a-stranger" }, path: "/%of-a" },
    ];
    for (const request of requests) {
      const text = explained(file, request);
      assert.match(text, /the client gets (401|403|503)/);
      assert.doesNotMatch(text, /a-stranger|key-of-a/, text);
    }
  });

  const rows: [title: string, request: object, source: RegExp, attempt: RegExp][] = [
    ["the rule for an ingress", { route: "openai" }, /rule \$\.spec\.matchRules\[0\], /, /host: api\.openai\.com/],
    [
      "the rule for a domain",
      { host: "a.kimi.example.com" },
      /rule \$\.spec\.matchRules\[1\], /,
      /host: api\.moonshot\.cn/,
    ],
    [
      "the rule for a service",
      { cluster: "outbound|443||llm-openai.dns" },
      /rule \$\.spec\.matchRules\[2\], /,
      /host: api\.openai\.com/,
    ],
    ["the ingress without the plugin", { route: "health" }, /matchRules\[3\], .*: switched off/, /host: localhost/],
    ["the default configuration", {}, /the global part, /, /host: dashscope\.aliyuncs\.com[\s\S]*"model":"qwen-max"/],
  ];
  for (const [title, request, source, attempt] of rows) {
    it(`shows ${title} of a WasmPlugin`, () => {
      const text = explained("examples/kubernetes/higress/ai-proxy.yaml", { ...request, body: chat("gpt-4-turbo") });
      assert.match(text, source);
      assert.match(text, attempt);
      assert.doesNotMatch(text, /YOUR_/);
    });
  }

  it("shows into which protocol a request is translated, or to which base of the provider it passes", () => {
    const request = {
      host: "a.kimi.example.com",
      path: "/v1/messages",
      body: { ...chat("m"), max_tokens: 9, top_k: 1 },
    };
    const passed = explained("examples/kubernetes/higress/ai-proxy.yaml", request);
    assert.match(passed, /POST \/anthropic\/v1\/messages\n {2}host: api\.moonshot\.cn/);
    assert.doesNotMatch(passed, /translated:/);
    const translated = explained("examples/kubernetes/higress/ai-proxy.yaml", {
      ...request,
      host: "x",
      route: "openai",
    });
    assert.match(
      translated,
      /translated: messages-to-chat\n {2}dropped or changed \(x-ai-dropped-params\): top_k\n {2}POST \/v1\/chat\/completions/,
    );
  });

  it("shows that nothing applies", () => {
    const text = explained("tests/fixtures/wasmplugin/four-providers.yaml", { route: "x", body: chat("m") });
    assert.match(text, /no rule matches, and there is no global part: nothing to do/);
    assert.match(text, /host: localhost/);
  });

  it("makes no call of a plugin to a service", () => {
    const text = explained("examples/kubernetes/higress/ai-quota.yaml", {
      ...{ route: "chat", headers: { "x-mse-consumer": "ann" }, body: chat("m") },
    });
    assert.match(text, /^call {6}gRPC to cluster redis: not made, taken as failed$/m);
  });

  it("prints what is wrong with the file", () => {
    const file = written("wrong.yaml", "apiVersion: extensions.higress.io/v1alpha1\nkind: WasmPlugin\nspec: {}\n");
    assert.match(explained(file, {}), /:3: error: \$\.spec\.url is required/);
  });

  it("says that it cannot choose a route", () => {
    assert.throws(
      () => explained("examples/route-by-model/envoy.yaml", {}),
      /match\.dynamic_metadata, which this command does/,
    );
    assert.throws(() => explained(failover, { listener: "x" }), /has no listener "x"; there is gateway, /);
  });

  const wrong: [text: string, said: RegExp][] = [
    ["{", /request\.json is not valid JSON/],
    ["[]", /\$ must be an object/],
    ['{"url": "/"}', /\$\.url is not known; there is method, host, path/],
    ['{"path": 1}', /\$\.path must be a string/],
    ['{"path": "x"}', /\$\.path must begin with \//],
    ['{"headers": []}', /\$\.headers must be an object of strings/],
    ['{"headers": {"a": 1}}', /\$\.headers\.a must be a string/],
  ];
  for (const [text, said] of wrong)
    it(`refuses the request ${text}`, () => assert.throws(() => readRequest(written("request.json", text)), said));

  it("is a command, whose exit code says whether the file is right", () => {
    const request = written("request.json", JSON.stringify({ route: "qwen", body: chat("gpt-3") }));
    const run = (file: string, ...more: string[]) =>
      spawnSync(process.execPath, ["--import", "tsx", "tools/explain/main.ts", file, ...more], {
        cwd: root,
        encoding: "utf8",
      });
    const good = run("tests/fixtures/wasmplugin/four-providers.yaml", request);
    assert.equal(good.status, 0, good.stderr);
    assert.match(good.stdout, /"model":"qwen-turbo"/);
    assert.equal(run(written("wrong.yaml", "a: 1"), request).status, 1);
    assert.match(run("envoy/key-auth.yaml").stderr, /^explain: name two files/);
  });
});
