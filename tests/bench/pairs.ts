import { aiProxies, noop } from "./filters.ts";
import type { Job } from "./job.ts";
import {
  claudeEnding,
  claudeEvent,
  claudeResponse,
  geminiEnding,
  geminiEvent,
  geminiResponse,
  responsesRequest,
} from "./pair-traffic.ts";
import { chatRequest, openAiEnding, openAiEvent, openAiFinish, openAiResponse, openAiUsage } from "./traffic.ts";

/** A protocol of clients over one of providers. */
interface Pair {
  id: string;
  title: string;
  provider: Record<string, unknown>;
  request: (bytes: number, stream: boolean) => Buffer;
  body: string;
  event: (index: number, now: string) => string;
  ending: string;
}

const apiTokens = ["bench-key"];
const PAIRS: Pair[] = [
  {
    ...{ id: "messages", title: "Anthropic's Messages, to a chat of OpenAI", provider: { type: "openai", apiTokens } },
    request: (bytes, stream) => chatRequest(bytes, stream, undefined, "/v1/messages"),
    ...{ body: openAiResponse, event: openAiEvent, ending: openAiFinish + openAiUsage + openAiEnding },
  },
  {
    ...{ id: "responses", title: "OpenAI's Responses, to a chat of OpenAI" },
    // The type has chats alone.
    ...{ provider: { type: "nvidia", apiTokens }, request: responsesRequest },
    ...{ body: openAiResponse, event: openAiEvent, ending: openAiFinish + openAiUsage + openAiEnding },
  },
  {
    ...{ id: "claude", title: "chat, to Anthropic's Messages", request: chatRequest },
    // The conversation may end with a message of the assistant.
    provider: { type: "claude", apiTokens, modelMapping: { "*": "claude-sonnet-4-5" } },
    ...{ body: claudeResponse, event: claudeEvent, ending: claudeEnding },
  },
  {
    ...{ id: "gemini", title: "chat, to Gemini's own API", request: chatRequest },
    provider: { type: "gemini", apiTokens, modelMapping: { "*": "gemini-2.5-flash" } },
    ...{ body: geminiResponse, event: geminiEvent, ending: geminiEnding },
  },
];

/** How much is sent: requests of two sizes, and streams. */
export interface Volumes {
  small: Pick<Job, "connections" | "requests" | "events">;
  large: Pick<Job, "connections" | "requests" | "events">;
  stream: Pick<Job, "connections" | "requests" | "events">;
  pace: { count: number; intervalMs: number };
}

/** Three jobs for each pair: a chat of 1 KB, one of 100 KB, and an event of a stream. */
export function pairJobs({ small, large, stream, pace }: Volumes): Job[] {
  return PAIRS.flatMap(({ id, title, provider, request, body, event, ending }): Job[] => {
    const filters = { noop, ...aiProxies(provider) };
    const respond = { contentType: "application/json", body };
    return [
      { id: `${id}-1k`, title: `${title} and back, 1 KB`, ...small, filters, request: request(1024, false), respond },
      {
        id: `${id}-100k`,
        title: `${title} and back, 100 KB`,
        ...large,
        filters,
        request: request(102_400, false),
        respond,
      },
      {
        ...{ id: `${id}-stream`, title: `event of a stream: ${title} and back`, ...stream, filters },
        ...{ request: request(1024, true), respond: { ...pace, event, ending } },
      },
    ];
  });
}
