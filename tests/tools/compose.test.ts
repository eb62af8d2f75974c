import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { parse } from "yaml";

interface Service {
  image: string;
  network_mode: string;
  user: string;
  working_dir: string;
  command: string;
  volumes: string[];
}

const text = readFileSync(new URL("../../envoy/compose.yaml", import.meta.url), "utf8");
const compose = parse(text, { strict: true, uniqueKeys: true }) as { name: string; services: Record<string, Service> };
const { envoy } = compose.services;

it("has only fields of the compose specification", () => {
  // https://github.com/compose-spec/compose-spec/blob/main/spec.md
  assert.deepEqual(Object.keys(compose).sort(), ["name", "services"]);
  assert.deepEqual(Object.keys(compose.services), ["envoy"]);
  const known = ["command", "image", "network_mode", "restart", "user", "volumes", "working_dir"];
  assert.deepEqual(Object.keys(envoy).sort(), known);
});

it("runs the mounted bootstrap, with the modules at its paths", () => {
  const [bootstrap, build] = envoy.volumes;
  assert.equal(bootstrap, "${GATEWAY_BOOTSTRAP:-./ai-gateway.yaml}:/gateway/envoy.yaml:ro");
  assert.equal(build, "../build:/gateway/build:ro");
  assert.match(envoy.command, /^envoy -c \/gateway\/envoy\.yaml /);
  assert.equal(envoy.working_dir, "/gateway");
  const gateway = readFileSync(new URL("../../envoy/ai-gateway.yaml", import.meta.url), "utf8");
  const modules = [...gateway.matchAll(/filename: (\S+\.wasm)/g)].map(([, file]) => file);
  assert.notEqual(modules.length, 0);
  for (const module of modules) assert.match(module, /^build\/[a-z-]+\.wasm$/);
});

it("reaches mock providers on the host's loopback address, as the user that may read the bootstrap", () => {
  assert.equal(envoy.network_mode, "host");
  assert.equal(envoy.user, "${GATEWAY_USER:-0:0}");
});

it("has a default for every variable", () => {
  const bare = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)].filter(([, , rest]) => !rest.startsWith(":-"));
  assert.deepEqual(bare, []);
});
