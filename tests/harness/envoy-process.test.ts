// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, listenerFor } from "./bootstrap.ts";
import { EnvoyRefused, startEnvoy } from "./envoy-process.ts";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 200 && isAlive(pid); attempt++) await sleep(25);
  return !isAlive(pid);
}

describe("an Envoy of the tests", () => {
  test("names its ports, says what it logs and counts, and stops", async () => {
    const envoy = await startEnvoy(bootstrapFor([listenerFor({ name: "here", routes: [] })], []));
    const port = envoy.listenerPorts.here;
    assert.ok(port > 0 && port !== envoy.adminPort);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(response.status, 404);
    assert.equal((await envoy.stats("http.here.downstream_rq_4xx"))["http.here.downstream_rq_4xx"], 1);
    await envoy.stop();
    assert.ok(!isAlive(envoy.pid));
  });

  test("is refused with what it said", async () => {
    const start = startEnvoy({ static_resources: { clusters: [{ name: "x", nonsense: 1 }] } });
    await assert.rejects(start, (error) => error instanceof EnvoyRefused && /nonsense/.test(error.message));
  });

  test("dies with the process that started it, even when that is killed", async () => {
    const module = resolve(import.meta.dirname, "envoy-process.ts");
    const code = `import { startEnvoy } from ${JSON.stringify(module)};
      const envoy = await startEnvoy({ static_resources: {} });
      console.log(envoy.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    assert.ok(isAlive(pid));
    parent.kill("SIGKILL");
    assert.ok(await untilGone(pid), "Envoy outlived its parent");
  });
});
