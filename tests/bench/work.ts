import { get } from "./client.ts";
import {
  aiProxies,
  bareAiProxy,
  bareCache,
  bareTokenLimit,
  caches,
  chain,
  consumerKey,
  guards,
  history,
  keyAuths,
  masking,
  modelRouters,
  noop,
  requestBlocks,
  requestNoop,
  searches,
  statistics,
  tokenLimits,
} from "./filters.ts";
import type { Job } from "./job.ts";
import { pairJobs } from "./pairs.ts";
import { requestsTo, type Routes } from "./routes.ts";
import {
  chatRequest,
  dashScopeResponse,
  dashScopeEnding,
  dashScopeEvent,
  openAiResponse,
  openAiEnding,
  openAiEvent,
  openAiFinish,
  openAiUsage,
  withHeader,
} from "./traffic.ts";
import type { WholeResponse } from "./load.ts";

const openai = { type: "openai", apiTokens: ["bench-key"] };
/** The usage of a stream is not requested, so its events are not read. */
const untouched = { ...openai, disableStreamUsageStats: true };
/** DashScope's own protocol. */
export const qwen = {
  type: "qwen",
  apiTokens: ["bench-key"],
  qwenEnableCompatible: false,
  modelMapping: { "*": "qwen-max" },
};

const json = "application/json";
const openAiChat: WholeResponse = { contentType: json, body: openAiResponse };
const dashScopeChat: WholeResponse = { contentType: json, body: dashScopeResponse };
const passedThrough = { filters: { noop, ...bareAiProxy, ...aiProxies(openai) } };
const translated = { filters: { noop, ...aiProxies(qwen) } };
const small = { request: chatRequest(1024, false), connections: 64, requests: 0, events: 0 };
const large = { request: chatRequest(100 * 1024, false), connections: 16, requests: 0, events: 0 };

/**
 * ai-proxy on routes with a configuration each, requested in turn: no request has the configuration of the one before. It is in the
 * router's chain: before the router its new host would select another route.
 */
function routed(count: number): Pick<Job, "routes" | "turns" | "isUpstream" | "filters"> {
  const routes: Routes = {
    ...{ count, plugin: "ai-proxy" },
    configuration: (index) => ({ provider: { type: "openai", apiTokens: [`key-of-route-${index}`] } }),
  };
  const turns = requestsTo(routes, small.request);
  return { routes, turns, isUpstream: true, filters: { plugin: aiProxies(openai).plugin } };
}

/** 50 streams of 200 events each, 5 ms apart, three times: 10,000 events a second. */
const EVENTS = 200;
const pace = { count: EVENTS, intervalMs: 5 };
const stream = { request: chatRequest(1024, true), connections: 50, requests: 150, events: EVENTS };

/** A small page, requested with a key. */
const page = {
  request: get("/v1/models?limit=20", { "x-api-key": consumerKey(7) }),
  ...{ connections: 64, requests: 0, events: 0 },
  respond: { contentType: "text/plain", body: "ok" },
};

/** Everything that `make bench` measures, in the order of the table. */
export const JOBS: Job[] = [
  {
    id: "chat-1k",
    title: "chat, 1 KB, OpenAI passed through",
    ...small,
    ...passedThrough,
    respond: openAiChat,
  },
  {
    id: "chat-100k",
    title: "chat, 100 KB, OpenAI passed through",
    ...large,
    ...passedThrough,
    respond: openAiChat,
  },
  {
    id: "chain-1k",
    title: "chat, 1 KB, through all plugins of the shipped gateway",
    ...small,
    request: chatRequest(1024, false, `Bearer ${consumerKey(7)}`),
    filters: { plugin: chain(openai) },
    respond: openAiChat,
  },
  {
    id: "routes-1k",
    title: "chat, 1 KB, to 1,000 routes with a configuration each",
    ...small,
    ...routed(1_000),
    respond: openAiChat,
  },
  {
    id: "routes-10k",
    title: "chat, 1 KB, to 10,000 routes with a configuration each",
    ...small,
    ...routed(10_000),
    respond: openAiChat,
  },
  {
    id: "qwen-1k",
    title: "chat, 1 KB, to DashScope's own protocol and back",
    ...small,
    ...translated,
    respond: dashScopeChat,
  },
  {
    id: "qwen-100k",
    title: "chat, 100 KB, to DashScope's own protocol and back",
    ...large,
    ...translated,
    respond: dashScopeChat,
  },
  {
    id: "stream",
    title: "event of a stream, OpenAI passed through",
    ...stream,
    filters: { noop, ...aiProxies(openai) },
    respond: { ...pace, event: openAiEvent, ending: openAiEnding },
  },
  {
    id: "untouched",
    title: "event of a stream, OpenAI passed through, usage not asked for",
    ...stream,
    filters: { noop, ...aiProxies(untouched) },
    respond: { ...pace, event: openAiEvent, ending: openAiEnding },
  },
  {
    id: "qwen-stream",
    title: "event of a stream, from DashScope's own protocol",
    ...stream,
    ...translated,
    respond: { ...pace, event: dashScopeEvent, ending: dashScopeEnding },
  },
  ...pairJobs({ small, large, stream, pace }),
  {
    id: "tokens-1k",
    title: "chat, 1 KB, its tokens limited in Envoy",
    ...small,
    filters: { noop, ...bareTokenLimit, plugin: tokenLimits.local },
    respond: openAiChat,
  },
  {
    id: "tokens-stream",
    title: "event of a stream, its tokens limited in Envoy",
    ...stream,
    filters: { noop, plugin: tokenLimits.local },
    respond: { ...pace, event: openAiEvent, ending: openAiUsage + openAiEnding },
  },
  {
    id: "statistics-1k",
    title: "chat, 1 KB, counted by ai-statistics",
    ...small,
    filters: { noop, ...statistics },
    respond: openAiChat,
  },
  {
    id: "statistics-stream",
    title: "event of a stream, counted by ai-statistics",
    ...stream,
    filters: { noop, ...statistics },
    respond: { ...pace, event: openAiEvent, ending: openAiUsage + openAiEnding },
  },
  {
    id: "masking-1k",
    title: "chat, 1 KB, masked with 20 patterns",
    ...small,
    filters: { noop, plugin: masking },
    respond: openAiChat,
  },
  {
    id: "masking-stream",
    title: "event of a stream, masked with 20 patterns",
    ...stream,
    filters: { noop, plugin: masking },
    respond: { ...pace, event: openAiEvent, ending: openAiEnding },
  },
  {
    id: "cache-hit",
    title: "chat, 1 KB, from ai-cache; without it a response of Envoy itself",
    ...small,
    // A request that is not a hit fails the run.
    request: withHeader(small.request, "cache-control: only-if-cached"),
    first: small.request,
    filters: { ...bareCache, plugin: caches.memory },
    respond: openAiChat,
    direct: openAiChat,
  },
  {
    id: "cache-miss-stream",
    title: "event of a stream, stored by ai-cache",
    ...stream,
    request: withHeader(stream.request, "cache-control: no-cache"),
    filters: { noop, plugin: caches.memory },
    respond: { ...pace, event: openAiEvent, ending: openAiFinish + openAiUsage + openAiEnding },
  },
  {
    id: "history-1k",
    title: "chat, 1 KB, three rounds before it by ai-history, behind key-auth",
    ...{ ...small, request: withHeader(small.request, `x-api-key: ${consumerKey(1)}`) },
    filters: { "key-auth": keyAuths.plugin, plugin: history },
    respond: openAiChat,
  },
  {
    id: "guard-stream",
    title: "event of a stream, with nothing to check, and checked",
    ...stream,
    filters: { noop, ...guards },
    respond: { ...pace, event: openAiEvent, ending: openAiEnding },
    checker: {
      contentType: json,
      body: '{"results":[{"flagged":false,"categories":{},"category_scores":{}}]}',
      delayMs: 5,
    },
  },
  {
    id: "search-1k",
    title: "chat, 1 KB, that asks for no search",
    ...small,
    filters: { noop, plugin: searches.unasked },
    respond: openAiChat,
  },
  {
    id: "search-stream",
    title: "event of a stream, with the references of a search",
    ...stream,
    filters: { noop, plugin: searches.text, annotations: searches.annotations },
    respond: { ...pace, event: openAiEvent, ending: openAiFinish + openAiEnding },
    checker: {
      contentType: json,
      body: '{"results":[{"title":"Gold","url":"https://news.example/gold","content":"Gold costs 4,000."}]}',
    },
  },
  {
    id: "key-auth",
    title: "GET with an accepted key",
    ...page,
    filters: { noop: requestNoop, ...keyAuths },
  },
  {
    id: "request-block",
    title: "GET past five rules for URLs",
    ...page,
    filters: { noop: requestNoop, ...requestBlocks },
  },
  {
    id: "route-1k",
    title: "chat, 1 KB, routed by its model",
    ...small,
    filters: { noop: requestNoop, ...modelRouters },
    respond: openAiChat,
  },
  {
    id: "route-100k",
    title: "chat, 100 KB, routed by its model",
    ...large,
    filters: { noop: requestNoop, ...modelRouters },
    respond: openAiChat,
  },
];
