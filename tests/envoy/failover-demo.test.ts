// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { before, describe, it } from "node:test";

const root = resolve(import.meta.dirname, "../..");

describe("make demo-failover", () => {
  let code: number | null;
  let said = "";
  before(async () => {
    const demo = spawn(process.execPath, ["--import", "tsx", "tools/demo-failover.ts"], { cwd: root });
    demo.stdout.on("data", (data) => (said += data));
    demo.stderr.on("data", (data) => (said += data));
    code = await new Promise((done) => demo.once("close", done));
  });

  it("ends well", () => assert.equal(code, 0, said));

  const rows: [failure: string, reason: string][] = [
    ["answers 429", "429"],
    ["answers 503", "503"],
    ["refuses the connection", "connect-failure"],
    ["hangs before the first event", "timeout"],
    ["sends an error event in a 200 stream", "stream-error"],
  ];
  for (const [failure, reason] of rows) {
    it(`says that qwq-32b has answered where deepseek-r1 ${failure}, and why`, () => {
      const lines = said.split("\n");
      const index = lines.findIndex((line) => line.startsWith(failure));
      assert.match(lines[index] ?? said, new RegExp(` qwq-32b +${reason} +\\d+ ms +one, well-formed$`));
      assert.match(lines[index + 1], / qwq-32b +cooldown +\d+ ms +one, well-formed$/);
    });
  }
});
