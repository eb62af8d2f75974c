// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { test } from "node:test";
import { ENVOY_CORE, OTHER_CORE } from "../bench/gateway.ts";
import { pin } from "../bench/process-cost.ts";

const coresOf = (pid: number): string | undefined =>
  /^Cpus_allowed_list:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];

test(
  "the benchmark gives Envoy a core of its own, though it inherits that of the sender",
  { skip: process.platform !== "linux" || cpus().length < 2 },
  (t) => {
    assert.ok(pin(process.pid, OTHER_CORE));
    const child = spawn("sleep", ["60"]);
    t.after(() => child.kill("SIGKILL"));
    assert.equal(coresOf(child.pid!), String(OTHER_CORE));
    assert.ok(pin(child.pid!, ENVOY_CORE));
    assert.equal(coresOf(child.pid!), String(ENVOY_CORE));
  },
);
