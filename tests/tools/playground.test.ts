import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { it } from "node:test";
import { addPlayground, playgroundRoutes } from "../../tools/gateway/playground.ts";
import { gatewayConfig } from "../../tools/gateway/config.ts";

const root = resolve(import.meta.dirname, "../..");
const bootstrap = addPlayground(
  gatewayConfig({ port: 0, defaultService: "qwen", keys: new Map(), mocks: new Map([["qwen", 1]]) }),
);
const { route_config } = bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;

it("serves every file of the page, each below the limit of such a body", () => {
  const text = JSON.stringify(playgroundRoutes());
  const served = [...text.matchAll(/"filename":"([^"]+)"/g)].map(([, file]) => file);
  const files = readdirSync(join(root, "examples/playground")).filter(
    (file) => !/^(README\.md|routes\.yaml)$/.test(file),
  );
  assert.deepEqual(served.sort(), files.map((file) => `examples/playground/${file}`).sort());
  for (const file of served)
    assert.ok(statSync(join(root, file)).size < route_config.max_direct_response_body_size_bytes!);
});

it("comes before the routes to providers", () => {
  const names = route_config.virtual_hosts[0].routes.map(({ name }) => name);
  assert.equal(names[0], "playground-slash");
  assert.ok(names.indexOf("playground-view") < names.indexOf("other-pages"));
});
