// SPDX-License-Identifier: Apache-2.0
import type { Dialect } from "./types.ts";

/** All dialects by name. */
export const dialects: Record<string, Dialect> = {};
