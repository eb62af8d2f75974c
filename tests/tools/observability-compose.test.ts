// SPDX-License-Identifier: Apache-2.0
// examples/observability/compose.yaml: the versions, files and addresses that its three containers share.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { it } from "node:test";
import { parse } from "yaml";

interface Service {
  image: string;
  network_mode: string;
  command?: string | string[];
  environment?: string[];
  volumes: string[];
}

const folder = new URL("../../examples/observability/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const yaml = <T>(file: string): T => parse(read(file), { strict: true, uniqueKeys: true }) as T;

const compose = yaml<{ name: string; services: Record<string, Service>; volumes: Record<string, object> }>(
  "compose.yaml",
);
const { envoy, prometheus, grafana } = compose.services;
const scraping = yaml<{
  global: { scrape_interval: string };
  rule_files: string[];
  scrape_configs: { static_configs: { targets: string[] }[] }[];
}>("prometheus.yml");
const { datasources } = yaml<{
  datasources: { type: string; url: string; isDefault: boolean; jsonData: { timeInterval: string } }[];
}>("grafana/datasources.yaml");
const { providers } = yaml<{ providers: { type: string; options: { path: string } }[] }>("grafana/dashboards.yaml");
/** Where a file of the folder, or a volume, is in a container. */
const placeOf = ({ volumes }: Service, source: string): string | undefined =>
  volumes.map((volume) => volume.split(":")).find(([from]) => from === source)?.[1];

it("has only fields of the compose specification", () => {
  // https://github.com/compose-spec/compose-spec/blob/main/spec.md
  assert.deepEqual(Object.keys(compose).sort(), ["name", "services", "volumes"]);
  const known = ["command", "environment", "image", "network_mode", "restart", "user", "volumes", "working_dir"];
  for (const service of [envoy, prometheus, grafana])
    for (const key of Object.keys(service)) assert.ok(known.includes(key), key);
});

it("has the versions that the tests have", () => {
  const root = (file: string): string => readFileSync(new URL(`../../${file}`, folder), "utf8");
  assert.equal(envoy.image, `envoyproxy/envoy:v${root("envoy/VERSION").trim()}`);
  const { devDependencies } = JSON.parse(root("package.json")) as { devDependencies: Record<string, string> };
  assert.equal(grafana.image, `grafana/grafana:${devDependencies["@grafana/schema"]}`);
});

it("mounts files that exist, to be read alone, and volumes that it has", () => {
  for (const { volumes } of [envoy, prometheus, grafana])
    for (const volume of volumes) {
      const [source, , mode] = volume.split(":");
      if (!source.startsWith(".")) assert.ok(source in compose.volumes, volume);
      else assert.ok(mode === "ro" && (source === "../../build" || existsSync(new URL(source, folder))), volume);
    }
});

it("runs envoy.yaml with the modules at its paths", () => {
  assert.match(String(envoy.command), new RegExp(`^envoy -c ${placeOf(envoy, "./envoy.yaml")} `));
  assert.equal(placeOf(envoy, "../../build"), "/gateway/build");
  for (const [, file] of read("envoy.yaml").matchAll(/filename: (\S+?),? /g))
    assert.match(file, /^build\/[a-z-]+\.wasm$/);
});

it("lets Prometheus read Envoy's admin address and the alerts", () => {
  const { admin } = yaml<{ admin: { address: { socket_address: { address: string; port_value: number } } } }>(
    "envoy.yaml",
  );
  const { address, port_value } = admin.address.socket_address;
  assert.deepEqual(scraping.scrape_configs[0].static_configs[0].targets, [`${address}:${port_value}`]);
  const config = placeOf(prometheus, "./prometheus.yml")!;
  assert.ok(prometheus.command?.includes(`--config.file=${config}`));
  for (const file of scraping.rule_files)
    assert.equal(placeOf(prometheus, `./${file}`), new URL(file, `file://${config}`).pathname);
});

it("lets Grafana read that Prometheus, and shows the dashboard", () => {
  const [{ type, url, isDefault, jsonData }] = datasources;
  assert.ok(prometheus.command?.includes(`--web.listen-address=${new URL(url).host}`));
  assert.deepEqual([isDefault, jsonData.timeInterval], [true, scraping.global.scrape_interval]);
  const dashboard = JSON.parse(read("dashboard.json")) as {
    uid: string;
    templating: { list: { type: string; query: string }[] };
  };
  assert.equal(dashboard.templating.list.find((variable) => variable.type === "datasource")?.query, type);
  assert.equal(placeOf(grafana, "./dashboard.json"), `${providers[0].options.path}/gateway.json`);
  assert.equal(providers[0].type, "file");
  const provisioning = "/etc/grafana/provisioning";
  assert.equal(placeOf(grafana, "./grafana/datasources.yaml"), `${provisioning}/datasources/gateway.yaml`);
  assert.equal(placeOf(grafana, "./grafana/dashboards.yaml"), `${provisioning}/dashboards/gateway.yaml`);
  for (const file of ["compose.yaml", "README.md"])
    assert.ok(read(file).includes(`localhost:3000/d/${dashboard.uid}`), file);
});

it("is open to this machine alone", () => {
  for (const { network_mode } of [envoy, prometheus, grafana]) assert.equal(network_mode, "host");
  assert.ok(grafana.environment?.includes("GF_SERVER_HTTP_ADDR=127.0.0.1"));
  for (const [, address] of read("envoy.yaml").matchAll(/ address: (\d[\d.]+)/g)) assert.equal(address, "127.0.0.1");
});

it("has a default for every variable", () => {
  for (const [variable, , rest] of read("compose.yaml").matchAll(/\$\{(\w+)([^}]*)\}/g))
    assert.ok(rest.startsWith(":-"), variable);
});
