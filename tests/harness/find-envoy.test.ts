// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { findEnvoy } from "./find-envoy.ts";

let folder: string;

/** An executable that answers `--version` as Envoy does. */
function fakeEnvoy(path: string, version: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "envoy  version: 0123abcd/${version}/Clean/RELEASE/BoringSSL"\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("the Envoy that is run", () => {
  before(() => (folder = mkdtempSync(join(tmpdir(), "find-envoy-"))));
  after(() => rmSync(folder, { recursive: true }));

  test("is ENVOY_PATH before all others", () => {
    const named = fakeEnvoy("named/my-envoy", "1.38.1");
    fakeEnvoy("bin/envoy", "1.37.0");
    const found = findEnvoy({ ENVOY_PATH: named, PATH: join(folder, "bin") });
    assert.deepEqual(found, { path: named, version: "1.38.1", source: "ENVOY_PATH" });
  });

  test("is refused in one line when ENVOY_PATH leads nowhere", () => {
    assert.throws(
      () => findEnvoy({ ENVOY_PATH: join(folder, "none") }),
      /^Error: ENVOY_PATH=.*none is not an executable file$/,
    );
  });

  test("is the one on PATH", () => {
    const onPath = fakeEnvoy("bin/envoy", "1.37.0");
    assert.deepEqual(findEnvoy({ PATH: `/nowhere:${join(folder, "bin")}` }), {
      path: onPath,
      version: "1.37.0",
      source: "PATH",
    });
  });

  test("is refused in one line when it is too old", () => {
    fakeEnvoy("old/envoy", "1.35.9");
    assert.throws(
      () => findEnvoy({ PATH: join(folder, "old") }),
      /^Error: Envoy 1\.35\.9 at .* is too old: 1\.36\.0 or later is needed\. ENVOY_PATH=\.venv\/bin\/envoy takes the one of this folder$/,
    );
  });

  test("is the newest that func-e has, where func-e is installed", () => {
    fakeEnvoy("share/func-e/envoy-versions/1.36.2/bin/envoy", "1.36.2");
    const newest = fakeEnvoy("share/func-e/envoy-versions/1.40.0/bin/envoy", "1.40.0");
    fakeEnvoy("share/func-e/envoy-versions/1.9.0/bin/envoy", "1.9.0");
    fakeEnvoy("func-e/func-e", "0.0.0");
    const env = { HOME: folder, XDG_DATA_HOME: join(folder, "share"), PATH: join(folder, "func-e") };
    assert.deepEqual(findEnvoy(env), { path: newest, version: "1.40.0", source: "func-e" });
  });
});
