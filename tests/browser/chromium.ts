// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Where a Chromium is, or why there is none. */
export type FoundChromium = { path: string; missing?: undefined } | { path?: undefined; missing: string };

/** Finds Chromium: `CHROMIUM_PATH`, otherwise `chromium` on PATH, otherwise the one that `make chromium` unpacks. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): FoundChromium {
  const { CHROMIUM_PATH, PATH = "" } = env;
  if (CHROMIUM_PATH) {
    if (isExecutable(CHROMIUM_PATH)) return { path: CHROMIUM_PATH };
    return { missing: `CHROMIUM_PATH=${CHROMIUM_PATH} is not an executable file` };
  }
  const folders = PATH.split(delimiter).filter(Boolean);
  const unpacked = resolve(import.meta.dirname, "../../.tools/chromium");
  const path = [...folders, unpacked].map((folder) => join(folder, "chromium")).find(isExecutable);
  return path ? { path } : { missing: "no Chromium: install it, or run make chromium" };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
