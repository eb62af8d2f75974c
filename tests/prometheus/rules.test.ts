// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, it } from "node:test";
import { promtoolPath } from "../harness/prometheus.ts";
import { EXAMPLE } from "./gateway.ts";

/** Runs promtool in the folder of the example. */
function promtool(...args: string[]): void {
  const cwd = fileURLToPath(EXAMPLE);
  const { status, stdout, stderr, error } = spawnSync(promtoolPath(), args, { cwd, encoding: "utf8", timeout: 60_000 });
  assert.equal(status, 0, `${error ?? ""}${stdout}${stderr}`);
}

describe("promtool", () => {
  it("accepts the configuration and the alert rules", () => promtool("check", "config", "prometheus.yml"));
  it("passes the unit tests of the alert rules", () => promtool("test", "rules", "alerts.test.yaml"));
});
