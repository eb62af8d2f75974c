// SPDX-License-Identifier: Apache-2.0
import type { Guard, Probe, Seen } from "./guarding.ts";

const refusedWith = (status: number) => (seen: Seen) => seen.status === status && seen.received === null;
/** A chat of a client that sends a routing header of its own, closed where the provider does not receive it. */
const forged = (name: string): Probe => ({
  path: "/v1/chat/completions",
  headers: [
    ["content-type", "application/json"],
    [name, "forged"],
  ],
  body: '{"model":"v/m"}',
  isClosed: ({ received }) => received !== null && received.headers.every(([, value]) => value !== "forged"),
});
const json: [string, string][] = [["content-type", "application/json"]];
const chat = { path: "/v1/chat/completions", headers: json };
/** The options of model-router. */
export const modelRouter: Omit<Guard, "plugin">[] = [
  { path: ["modelToHeader"], config: { modelToHeader: "x-m" }, probe: forged("x-m") },
  { path: ["addProviderHeader"], config: { addProviderHeader: "x-p" }, probe: forged("x-p") },
  {
    path: ["refuseDuplicateModels"],
    config: { refuseDuplicateModels: true },
    probe: { ...chat, body: '{"model":"a","model":"b"}', isClosed: refusedWith(400) },
  },
  {
    path: ["modelNotFound"],
    config: { modelNotFound: true, models: [{ id: "m" }] },
    probe: { ...chat, headers: [...json, ["x-higress-llm-model", "other"]], body: "{}", isClosed: refusedWith(404) },
  },
];
/** The options of model-mapper. */
export const modelMapper: Omit<Guard, "plugin">[] = [
  {
    path: ["modelMapping"],
    config: { modelMapping: { "*": "safe" } },
    isRequired: true,
    probe: {
      ...{ ...chat, body: '{"model":"other"}' },
      isClosed: ({ received }) => received?.body.toString() === '{"model":"safe"}',
    },
  },
];
