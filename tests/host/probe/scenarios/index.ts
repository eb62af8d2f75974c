// SPDX-License-Identifier: Apache-2.0
import { bodyScenarios } from "./bodies.ts";
import { headerScenarios } from "./headers.ts";
import { replyScenarios } from "./replies.ts";
import { systemScenarios } from "./system.ts";

/** Every scenario of the conformance test. */
export const scenarios = [...headerScenarios, ...bodyScenarios, ...replyScenarios, ...systemScenarios];
