// SPDX-License-Identifier: Apache-2.0
import { findProgram, type FoundProgram } from "../harness/find-program.ts";

/** Finds Chromium: `CHROMIUM_PATH`, otherwise `chromium` on PATH, otherwise the one that `make chromium` unpacks. */
export const findChromium = (env: NodeJS.ProcessEnv = process.env): FoundProgram =>
  findProgram({ title: "Chromium", name: "chromium", variable: "CHROMIUM_PATH" }, env);
