// SPDX-License-Identifier: Apache-2.0
import { findEnvoy } from "./find-envoy.ts";

/**
 * Whether the Envoy under test crashes if it repeats a response whose headers a filter of the router's chain has held: the plugins hold
 * no such response there. https://github.com/envoyproxy/envoy/pull/41879
 */
export const isBefore137 = (): boolean => /^(0|1\.(\d|[12]\d|3[0-6]))\./.test(findEnvoy().version);

/** The options of a test that needs Envoy 1.37; `reason` is what the older one lacks. */
export const needs137 = (reason: string): { skip: string | false } => ({ skip: isBefore137() && reason });
