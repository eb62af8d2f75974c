// SPDX-License-Identifier: Apache-2.0
import type { Guard, Probe } from "./guarding.ts";

const GET = { method: "GET" };
/** One call, with the gateway's key to the place that the configuration names. */
const callsOnly = (call: string): Probe => ({
  ...GET,
  path: "/?prompt=hi",
  isClosed: ({ calls }) => calls.length === 1 && calls[0] === call,
});
const other = { apiKey: "sk-test-instance", chatgptUri: "instance.example/v1", cluster: "upstream" };
/** The options of chatgpt-proxy. */
export const chatgptProxy: Omit<Guard, "plugin">[] = [
  {
    path: ["apiKey"],
    config: { apiKey: "sk-test-own" },
    instance: other,
    probe: callsOnly("upstream instance.example Bearer sk-test-own"),
  },
  {
    path: ["chatgptUri"],
    config: { chatgptUri: "own.example/v1" },
    instance: { ...other, chatgptUri: "instance.example/v1" },
    probe: callsOnly("upstream own.example Bearer sk-test-instance"),
  },
  {
    path: ["cluster"],
    config: { cluster: "own" },
    instance: other,
    probe: callsOnly("own instance.example Bearer sk-test-instance"),
  },
];
