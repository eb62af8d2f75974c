// SPDX-License-Identifier: Apache-2.0
// Every manifest in examples/kubernetes/ is one that the API server accepts, and every plugin has one for each gateway.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { filesIn } from "../../tools/files.ts";
import { HOLDS } from "../../tools/filter-entry.ts";
import { kubernetesManifests } from "../../tools/kubernetes/documents.ts";
import { deployable } from "../../tools/kubernetes/manifests.ts";
import { findPlugins, root } from "../../tools/plugins.ts";
import { problemsOf } from "../harness/crd.ts";
import { resourcesIn } from "../harness/kubernetes.ts";

/** Kinds of Kubernetes itself, which have no schema here. */
const BUILT_IN = ["v1/Secret", "apps/v1/Deployment", "v1/ConfigMap", "v1/Service"];
const manifests = filesIn("examples/kubernetes", ".yaml").filter((file) => /^apiVersion:/m.test(textOf(file)));

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

describe("the manifests", () => {
  for (const file of manifests) {
    it(`${file} is valid`, () => {
      const resources = resourcesIn(file);
      assert.ok(resources.length > 0);
      for (const resource of resources) {
        if (BUILT_IN.includes(`${resource.apiVersion}/${resource.kind}`)) continue;
        assert.deepEqual(problemsOf(resource), []);
      }
    });
  }

  for (const { name } of findPlugins().filter((plugin) => deployable().includes(plugin.name))) {
    it(`exist for ${name}, with the plugin's version as the tag`, () => {
      const { "x-version": version } = JSON.parse(textOf(`plugins/${name}/schema.json`)) as { "x-version": string };
      const files = ["istio", "envoy-gateway", "higress"].map(
        (gateway) => `examples/kubernetes/${gateway}/${name}.yaml`,
      );
      if (!HOLDS.includes(name)) files.push(`examples/kubernetes/istio/wasmplugin/${name}.yaml`);
      for (const file of files) {
        assert.ok(existsSync(join(root, file)), `${file} is missing`);
        assert.match(textOf(file), new RegExp(`/${name}:${version.replaceAll(".", "\\.")}\\n`));
      }
    });
  }

  it("give each module that is fetched a vm_id of its own", () => {
    const files = manifests.filter((file) => /^ *remote:$/m.test(textOf(file)));
    const ids = files.map((file) => /vm_id: (\S+)/.exec(textOf(file))?.[1]);
    assert.ok(ids.length > 0);
    assert.deepEqual([...new Set(ids)], ids);
    assert.ok(!ids.includes(undefined));
  });

  it("are no more than those of the plugins", () => {
    const written = filesIn("examples/kubernetes/istio", ".yaml").concat(
      filesIn("examples/kubernetes/envoy-gateway", ".yaml"),
    );
    assert.deepEqual(written.sort(), [...kubernetesManifests().keys()].sort());
  });
});

describe("the schemas", () => {
  const [istio] = resourcesIn("examples/kubernetes/istio/wasmplugin/key-rate-limit.yaml");
  const [policy, patches] = resourcesIn("examples/kubernetes/envoy-gateway/key-auth.yaml");
  const [higress] = resourcesIn("examples/kubernetes/higress/key-auth.yaml");
  const [filter] = resourcesIn("examples/kubernetes/istio/key-auth.yaml");
  const changed = (resource: object, spec: object): unknown => {
    const copy = structuredClone(resource) as { spec: object };
    return { ...copy, spec: { ...copy.spec, ...spec } };
  };
  const refused: [title: string, resource: unknown, problem: RegExp][] = [
    ["a quoted priority", changed(higress, { priority: "100" }), /^\/spec\/priority must be integer/],
    [
      "an unknown field",
      changed(higress, { defaultconfig: {} }),
      /^\/spec must NOT have additional properties: defaultconfig/,
    ],
    [
      "the flag in a WasmPlugin of Istio",
      changed(istio, { allowOnHeadersStopIteration: true }),
      /additional properties/,
    ],
    ["an unknown phase", changed(istio, { phase: "FIRST" }), /^\/spec\/phase must be equal to one of/],
    [
      "a policy without code",
      changed(policy, { wasm: [{ name: "a" }] }),
      /^\/spec\/wasm\/0 must have required property 'code'/,
    ],
    [
      "the flag in a policy",
      changed(policy, { wasm: [{ code: { type: "Image" }, allowOnHeadersStopIteration: true }] }),
      /additional/,
    ],
    [
      "an unknown operation",
      changed(patches, { jsonPatches: [{ type: "x", name: "n", operation: { op: "put" } }] }),
      /must be equal/,
    ],
    [
      "an unknown place of a patch",
      changed(filter, { configPatches: [{ applyTo: "FILTERS" }] }),
      /must be equal to one of/,
    ],
    ["another API version", { ...istio, apiVersion: "extensions.istio.io/v9" }, /^there is no schema for WasmPlugin/],
    ["no name", { ...istio, metadata: {} }, /^metadata\.name/],
  ];
  it("report only the quoted priority of a WasmPlugin that Higress users copy", () => {
    const resources = resourcesIn("tests/fixtures/wasmplugin/four-providers.yaml");
    assert.deepEqual(resources.flatMap(problemsOf), ["/spec/priority must be integer,null"]);
  });

  for (const [title, resource, problem] of refused) {
    it(`refuse ${title}`, () => {
      const problems = problemsOf(resource);
      assert.ok(
        problems.some((line) => problem.test(line)),
        problems.join("\n"),
      );
    });
  }
});
