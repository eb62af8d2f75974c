// SPDX-License-Identifier: Apache-2.0
// What holds for every module under build/, whatever it does.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import type { RootContext } from "./contexts.ts";
import { findLeak } from "./leak-check.ts";
import { ProxyHost } from "./proxy-host.ts";

const build = resolve(import.meta.dirname, "../../build");
const modules = existsSync(build) ? readdirSync(build).filter((file) => file.endsWith(".wasm")) : [];

const UNKNOWN = 4_000_000;
/** Every callback with arguments that name contexts and calls which do not exist. */
const strangers: [callback: string, args: number[]][] = [
  ["proxy_on_tick", [UNKNOWN]],
  ["proxy_on_request_headers", [UNKNOWN, 3, 0]],
  ["proxy_on_request_body", [UNKNOWN, 3, 1]],
  ["proxy_on_request_trailers", [UNKNOWN, 3]],
  ["proxy_on_response_headers", [UNKNOWN, 3, 0]],
  ["proxy_on_response_body", [UNKNOWN, 3, 1]],
  ["proxy_on_response_trailers", [UNKNOWN, 3]],
  ["proxy_on_http_call_response", [UNKNOWN, 77, 0, 0, 0]],
  ["proxy_on_grpc_receive", [UNKNOWN, 77, 0]],
  ["proxy_on_grpc_close", [UNKNOWN, 77, 0]],
  ["proxy_on_queue_ready", [UNKNOWN, 77]],
  ["proxy_on_foreign_function", [UNKNOWN, 77, 0]],
  ["proxy_on_log", [UNKNOWN]],
  ["proxy_on_done", [UNKNOWN]],
  ["proxy_on_delete", [UNKNOWN]],
];
const configurations = [
  "",
  "{}",
  "[]",
  "null",
  "{",
  "\u0000",
  '{"_rules_":[{}]}',
  `{"a":${"[".repeat(5000)}`,
  `"${"x".repeat(100_000)}"`,
  '{"providers":"\ud800"}',
];

/** A context of no plugin, for callbacks that name a stranger. */
function strangerContext(): RootContext {
  const none = { configuring: false, tickPeriodMs: 0, nextTickAt: 0, callout: null, grpc: null, redis: null };
  const status = { code: 0, message: "" };
  const configuration = Buffer.alloc(0);
  return { kind: "root", id: UNKNOWN, rootId: "stranger", configuration, prototypes: new Map(), status, ...none };
}

for (const file of modules) {
  describe(file, () => {
    const plugin = file.replace(/\.wasm$/, "");
    const wasm = join("build", file);

    test("ignores contexts and calls that it does not know", () => {
      const host = new ProxyHost(wasm);
      host.configure(plugin, "{}");
      for (const [callback, args] of strangers) host.vm.call(strangerContext(), callback, args);
      host.check();
    });

    test("never traps on a configuration, and gives back what it accepted", () => {
      for (const configuration of configurations) {
        const host = new ProxyHost(wasm);
        const first = host.configure(plugin, configuration);
        // Envoy tries a configuration in a VM that it throws away when the plugin refuses.
        if (!first) continue;
        host.release(first);
        const leak = findLeak(host, () => {
          const context = host.configure(plugin, configuration);
          assert.ok(context);
          host.release(context);
          host.vm.logs.length = 0;
        });
        assert.equal(leak, null, `with ${configuration.slice(0, 40)}`);
      }
    });

    test("says its name and its version, once for the VM", () => {
      const { "x-version": version } = JSON.parse(
        readFileSync(join(build, "../plugins", plugin, "schema.json"), "utf8"),
      ) as {
        "x-version": string;
      };
      const host = new ProxyHost(wasm);
      for (let i = 0; i < 3; i++) host.configure(plugin, "{}");
      const said = host.vm.logs.filter(({ text }) => text.includes(": version "));
      assert.deepEqual(
        said.map(({ level, text }) => ({ level, text })),
        [{ level: "info", text: `${plugin}: version ${version}` }],
      );
    });

    test("holds several configurations at once", () => {
      const host = new ProxyHost(wasm);
      const contexts = Array.from({ length: 20 }, () => host.configure(plugin, "{}"));
      for (const context of contexts.reverse()) if (context) host.release(context);
      host.check();
    });
  });
}
