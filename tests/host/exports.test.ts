// SPDX-License-Identifier: Apache-2.0
// A module exports the callbacks that its plugin uses and no others: the host enters it for each one that it exports.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { findPlugins, root } from "../../tools/plugins.ts";

const CORE = [
  "proxy_abi_version_0_2_1",
  "proxy_on_configure",
  "proxy_on_context_create",
  "proxy_on_delete",
  "proxy_on_memory_allocate",
  "proxy_on_request_headers",
  "proxy_on_tick",
  "proxy_on_vm_start",
];
const REQUEST_BODY = ["proxy_on_request_body", "proxy_on_request_trailers"];
const RESPONSE_HEADERS = ["proxy_on_response_headers"];
const RESPONSE_BODY = ["proxy_on_response_body", "proxy_on_response_trailers"];
const HTTP_CALLOUTS = ["proxy_on_http_call_response"];
const GRPC = [
  "proxy_on_grpc_close",
  "proxy_on_grpc_receive",
  "proxy_on_grpc_receive_initial_metadata",
  "proxy_on_grpc_receive_trailing_metadata",
];

/** The callbacks of each plugin beside those that every plugin has. */
const EXPORTS: Record<string, string[]> = {
  "ai-cache": [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY, ...HTTP_CALLOUTS, ...GRPC],
  "ai-data-masking": [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY],
  "ai-history": [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY, ...GRPC],
  "ai-prompt-decorator": REQUEST_BODY,
  "ai-prompt-guard": REQUEST_BODY,
  "ai-prompt-template": REQUEST_BODY,
  "ai-proxy": [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY, ...HTTP_CALLOUTS],
  "ai-quota": [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY, ...GRPC],
  "ai-search": [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY, ...HTTP_CALLOUTS],
  "ai-security-guard": [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY, ...HTTP_CALLOUTS],
  "ai-statistics": [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY, "proxy_on_log"],
  "ai-token-ratelimit": [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY, ...GRPC],
  "chatgpt-proxy": HTTP_CALLOUTS,
  fallback: [...REQUEST_BODY, ...RESPONSE_HEADERS, ...RESPONSE_BODY, ...HTTP_CALLOUTS, "proxy_on_log"],
  "cluster-key-rate-limit": [...RESPONSE_HEADERS, ...GRPC],
  "key-auth": REQUEST_BODY,
  "key-rate-limit": RESPONSE_HEADERS,
  "model-mapper": REQUEST_BODY,
  "model-router": REQUEST_BODY,
  "request-block": REQUEST_BODY,
};

/** What a plugin's source says when it needs the callbacks. */
const NEEDS: [source: RegExp, callbacks: string[]][] = [
  [/\boverride on(Streaming)?RequestBody\b|\boverride onRequestTrailers\b|\brequestBodyMode = /, REQUEST_BODY],
  [/\boverride onResponseHeaders\b/, RESPONSE_HEADERS],
  [/\boverride on(Streaming)?ResponseBody\b|\boverride onResponseTrailers\b|\bresponseBodyMode = /, RESPONSE_BODY],
  [/\bdispatchHttp\(|\bnew ServiceCall\b/, HTTP_CALLOUTS],
  [/\bextends Grpc(Call|Stream)\b|\bRedisClient\b/, GRPC],
  [/\boverride onLog\b/, ["proxy_on_log"]],
];

/** The bridge is no `Plugin`: it has the callbacks of its own file. */
const BRIDGE = [
  ...["proxy_abi_version_0_2_1", "proxy_on_configure", "proxy_on_context_create", "proxy_on_delete"],
  ...["proxy_on_memory_allocate", "proxy_on_request_body", "proxy_on_response_body", "proxy_on_response_headers"],
  "proxy_on_vm_start",
];

/** The callbacks that the module of a plugin exports. */
function exportsOf(wasm: string): string[] {
  return WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(join(root, wasm))))
    .filter(({ kind, name }) => kind === "function" && name.startsWith("proxy_"))
    .map((one) => one.name)
    .sort();
}

describe("a module exports the callbacks that its plugin uses", () => {
  it("redis-bridge", () => assert.deepEqual(exportsOf("build/redis-bridge.wasm"), BRIDGE));

  for (const { name, wasm, entry } of findPlugins().filter((plugin) => plugin.name !== "redis-bridge"))
    it(name, () => {
      const exported = exportsOf(wasm);
      assert.deepEqual(exported, [...CORE, ...(EXPORTS[name] ?? [])].sort(), "not as the table of this test says");
      const sources = readdirSync(join(root, dirname(entry)), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => readFileSync(join(root, dirname(entry), file), "utf8"));
      const needed = NEEDS.filter(([source]) => sources.some((text) => source.test(text))).flatMap(
        ([, names]) => names,
      );
      assert.deepEqual(exported, [...CORE, ...needed].sort(), "not what its source uses");
    });
});

describe("a module without gRPC callbacks", () => {
  for (const { name, wasm } of findPlugins().filter(({ name }) => !EXPORTS[name]?.includes(GRPC[0])))
    it(`imports nothing of gRPC: ${name}`, () => {
      const imported = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(join(root, wasm))));
      const names = imported.map((one) => one.name).filter((name) => /^proxy_(grpc_|get_status)/.test(name));
      assert.deepEqual(names, []);
    });
});
