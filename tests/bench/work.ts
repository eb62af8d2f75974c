import {
  chatRequest,
  dashScopeAnswer,
  dashScopeEnding,
  dashScopeEvent,
  openAiAnswer,
  openAiEnding,
  openAiEvent,
} from "./traffic.ts";
import { always, paced, type Answer } from "./upstream.ts";

/** One kind of work, before it is measured. */
export interface Job {
  id: string;
  title: string;
  request: Buffer;
  answer: Answer;
  /** ai-proxy's provider. */
  provider: Record<string, unknown>;
  /** Connections at once. */
  connections: number;
  /** Requests in a round, over all connections. */
  requests: number;
  /** Events in each answer; 0 where it does not stream. */
  events: number;
}

const openai = { type: "openai", apiTokens: ["bench-key"] };
const qwen = { type: "qwen", apiTokens: ["bench-key"], qwenEnableCompatible: false, modelMapping: { "*": "qwen-max" } };

const json = "application/json";
const small = { request: chatRequest(1024, false), connections: 16, requests: 6000, events: 0 };
const large = { request: chatRequest(100 * 1024, false), connections: 8, requests: 2000, events: 0 };

/** 50 streams of 200 events each, 5 ms apart: 10,000 events a second. */
const EVENTS = 200;
const pace = { count: EVENTS, intervalMs: 5 };
const stream = { request: chatRequest(1024, true), connections: 50, requests: 50, events: EVENTS };

/** Everything that `make bench` measures, in the order of the table. */
export const JOBS: Job[] = [
  {
    id: "chat-1k",
    title: "chat, 1 KB, OpenAI passed through",
    ...small,
    provider: openai,
    answer: always(json, openAiAnswer),
  },
  {
    id: "chat-100k",
    title: "chat, 100 KB, OpenAI passed through",
    ...large,
    provider: openai,
    answer: always(json, openAiAnswer),
  },
  {
    id: "qwen-1k",
    title: "chat, 1 KB, to DashScope's own protocol and back",
    ...small,
    provider: qwen,
    answer: always(json, dashScopeAnswer),
  },
  {
    id: "qwen-100k",
    title: "chat, 100 KB, to DashScope's own protocol and back",
    ...large,
    provider: qwen,
    answer: always(json, dashScopeAnswer),
  },
  {
    id: "stream",
    title: "event of a stream, OpenAI passed through",
    ...stream,
    provider: openai,
    answer: paced({ ...pace, event: openAiEvent, ending: openAiEnding }),
  },
  {
    id: "qwen-stream",
    title: "event of a stream, from DashScope's own protocol",
    ...stream,
    provider: qwen,
    answer: paced({ ...pace, event: dashScopeEvent, ending: dashScopeEnding }),
  },
];
