// SPDX-License-Identifier: Apache-2.0
// Users copy the filter entry of each README: Envoy must accept it, with the plugin's module.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { findPlugins, root } from "../../tools/plugins.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy } from "../harness/envoy-process.ts";

/** The path of the modules in the READMEs. */
const FOLDER = "/opt/ai-gateway/";

// redis-bridge belongs into a listener of its own, which envoy/redis.yaml has.
for (const { name, folder } of findPlugins().filter((plugin) => plugin.name !== "redis-bridge")) {
  describe(`${folder}/README.md`, () => {
    const readme = readFileSync(join(root, folder, "README.md"), "utf8");
    const entry = /<!-- begin: filter -->[\s\S]*?```yaml envoy\n([\s\S]*?)```[\s\S]*?<!-- end: filter -->/.exec(readme);

    it("has the whole filter entry, and Envoy accepts it", async () => {
      assert.ok(entry, "no section between the markers of filter");
      assert.ok(entry[1].includes(FOLDER));
      const text = entry[1].replace(FOLDER, `${join(root, "build")}/`);
      const [filter] = parse(text) as EnvoyConfig[];
      const isUpstream = entry[0].includes("upstream_http_filters");
      const listener = listenerFor({
        name: "gateway",
        routes: [routeFor({ name: "all", cluster: "provider" })],
        [isUpstream ? "upstream" : "downstream"]: [filter],
      });
      const envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "provider", port: 9 })]));
      const said = envoy.logs().join("\n");
      await envoy.stop();
      assert.match(said, new RegExp(`${name}: version `));
    });

    it("says that the flag for held headers is required, beside the entry", () => {
      assert.match(entry?.[0] ?? "", /`allow_on_headers_stop_iteration: true` is (\*\*required\*\*|required by other)/);
    });
  });
}
