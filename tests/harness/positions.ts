// SPDX-License-Identifier: Apache-2.0
/** Where a plugin stands: before the router, or in the router's own chain, which runs once per attempt. */
export type Position = "downstream" | "upstream";

const IN_ROUTER = new Set(["ai-proxy"]);

/** The positions in which a plugin works: its cases run in each of them, on both hosts. */
export const positionsOf = (plugin: string): Position[] =>
  IN_ROUTER.has(plugin) ? ["downstream", "upstream"] : ["downstream"];
