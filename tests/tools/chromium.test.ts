import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { findChromium } from "../browser/chromium.ts";

const folder = mkdtempSync(join(tmpdir(), "chromium-test-"));
const path = join(folder, "chromium");
writeFileSync(path, "#!/bin/sh\n", { mode: 0o755 });
after(() => rmSync(folder, { recursive: true }));

it("finds the Chromium of CHROMIUM_PATH, then the one on PATH", () => {
  assert.deepEqual(findChromium({ CHROMIUM_PATH: path, PATH: "/nowhere" }), { path });
  assert.deepEqual(findChromium({ PATH: `/nowhere:${folder}` }), { path });
});

it("says why the ring is skipped", () => {
  assert.deepEqual(findChromium({ CHROMIUM_PATH: "/nowhere/chromium", PATH: folder }), {
    missing: "CHROMIUM_PATH=/nowhere/chromium is not an executable file",
  });
});
