// SPDX-License-Identifier: Apache-2.0
import type { Guard, Probe, Seen } from "./guarding.ts";

const json: [string, string][] = [["content-type", "application/json"]];
const chat = (headers: [string, string][] = []) => ({
  path: "/v1/chat/completions",
  headers: [...json, ...headers],
  body: '{"model":"m","messages":[{"role":"user","content":"who am I?"}]}',
});
const reply = '{"choices":[{"index":0,"message":{"role":"assistant","content":"Ann"},"finish_reason":"stop"}]}';
const isAsked = ({ received }: Seen): boolean => received !== null;

/** A chat that the same client, or another one, has had before. */
const again: Probe = {
  ...chat([["authorization", "Bearer one"]]),
  ...{ earlier: chat([["authorization", "Bearer one"]]), reply, isClosed: isAsked },
};
const ofAnother: Probe = { ...again, earlier: chat([["authorization", "Bearer two"]]) };
/** Without the option everybody is kept from everybody, too: only wrong forms of it could change that. */
const kept = { isSafeWithout: true, places: ["global" as const], probe: ofAnother };
const section = { cluster: "own", cacheTTL: 60 };
const vectors = {
  embedding: { type: "ollama", cluster: "own" },
  vector: { type: "qdrant", cluster: "own", collectionID: "c", threshold: 0.9, thresholdRelation: "gt" },
};

/** The options of ai-cache. */
export const cache: Omit<Guard, "plugin">[] = [
  { path: ["cacheKeyStrategy"], config: { cacheKeyStrategy: "disabled" }, probe: again },
  { path: ["share"], config: { share: "consumer" }, ...kept },
  { path: ["secret"], config: { secret: "a-secret-of-tests" }, ...kept },
  { path: ["version"], config: { version: "2" }, ...kept },
  { path: ["cache"], config: { cache: { type: "redis", ...section } }, ...kept },
  { path: ["redis"], config: { redis: { cluster: "own" } }, ...kept },
  { path: ["semantic_context"], config: { ...vectors, semantic_context: "all" }, ...kept },
];

const history = { method: "GET", path: "/ai-history/query", headers: [] as [string, string][] };
/** The history of another user of a consumer, or of another consumer. */
const ofUser: Probe = {
  ...{ ...history, headers: [["x-user", "two"]], consumer: "app" },
  ...{ earlier: { ...chat([["x-user", "one"]]), consumer: "app" }, reply },
  isClosed: ({ body, received }) => received === null && !body.includes("who am I?"),
};
const ofConsumer: Probe = { ...ofUser, consumer: "ann", earlier: { ...chat(), consumer: "bob" } };
const separate = { isSafeWithout: true, places: ["global" as const], probe: ofConsumer };

/** The options of ai-history. */
export const histories: Omit<Guard, "plugin">[] = [
  { path: ["identityHeader"], config: { identityHeader: "x-user" }, probe: ofUser },
  {
    path: ["fillHistoryCnt"],
    config: { fillHistoryCnt: 0 },
    probe: {
      ...{ ...chat(), consumer: "ann", earlier: { ...chat(), consumer: "ann" }, reply },
      isClosed: ({ received }) => received !== null && !received.body.toString().includes("assistant"),
    },
  },
  { path: ["secret"], config: { secret: "a-secret-of-tests" }, ...separate },
  { path: ["cacheKeyPrefix"], config: { cacheKeyPrefix: "of-a-route:" }, ...separate },
  { path: ["redis"], config: { redis: { cluster: "own" } }, ...separate },
  { path: ["memory"], config: { memory: { places: 8 } }, ...separate },
];
