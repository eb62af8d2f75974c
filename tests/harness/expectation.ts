// SPDX-License-Identifier: Apache-2.0
import type { HeaderPair, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { readAiLog } from "./ai-log.ts";
import type { ExpectedHeader, ExpectedRequest, ExpectedResponse, Exchange } from "./case.ts";
import type { ClientRequest, ClientResponse } from "./http-client.ts";
import { differences, parseJson, show } from "./match.ts";
import { bodyBytes } from "./wire.ts";

/** What an exchange looked like on both sides. */
export interface Observation {
  request: ClientRequest;
  response: ClientResponse;
  /** What the upstream received, and what it answered; null when it was not asked. */
  upstream: { request: ProviderRequest; reply: ProviderReply } | null;
  /** Envoy's response code details; undefined when nobody looked. */
  details?: string;
  /** Filter state at the end of the stream. */
  filterState?: Record<string, string>;
}

/** Names everything that is not as the exchange expects it. */
export function failures(exchange: Exchange, seen: Observation): string[] {
  const { expectUpstream, expect } = exchange;
  const problems: string[] = [];
  if (expectUpstream === false && seen.upstream) {
    problems.push(`upstream: was asked ${seen.upstream.request.method} ${seen.upstream.request.path}`);
  } else if (expectUpstream && !seen.upstream) {
    problems.push(
      `upstream: was not asked (the client got ${seen.response.status} ${show(seen.response.body.toString())})`,
    );
  } else if (expectUpstream && seen.upstream) {
    problems.push(
      ...checkRequest(expectUpstream, seen.upstream.request, seen.request).map((text) => `upstream: ${text}`),
    );
  }
  if (expect) problems.push(...checkResponse(expect, seen).map((text) => `client: ${text}`));
  if (seen.response.end === "reset" && expect?.end !== "reset") problems.push("client: the connection was cut");
  return problems;
}

function checkRequest(expected: ExpectedRequest, actual: ProviderRequest, sent: ClientRequest): string[] {
  const simple = (["method", "path", "authority"] as const)
    .filter((key) => expected[key] !== undefined && expected[key] !== actual[key])
    .map((key) => `${key} is ${show(actual[key])}, not ${show(expected[key])}`);
  const client = expected.bodySameAsClient ? Buffer.concat(sent.chunks) : undefined;
  return [...simple, ...checkHeaders(expected.headers, actual.headers), ...checkBody(expected, client, actual.body)];
}

function checkResponse(expected: ExpectedResponse, seen: Observation): string[] {
  const { response, upstream, details } = seen;
  const problems: string[] = [];
  if (expected.status !== undefined && expected.status !== response.status) {
    problems.push(`status is ${response.status}, not ${expected.status}; body ${show(response.body.toString())}`);
  }
  if (expected.details !== undefined && details !== undefined && expected.details !== details) {
    problems.push(`details are ${show(details)}, not ${show(expected.details)}`);
  }
  if (expected.aiLog !== undefined) problems.push(...checkAiLog(expected.aiLog, seen.filterState?.ai_log));
  if (expected.end === "reset" && response.end !== "reset")
    problems.push(`the connection ended ${response.end}, not reset`);
  problems.push(...checkHeaders(expected.headers, response.headers));
  problems.push(...checkHeaders(expected.trailers, response.trailers, "trailer"));
  const same = expected.bodySameAsUpstream ? Buffer.concat(upstream?.reply.chunks ?? []) : undefined;
  problems.push(...checkBody(expected, same, response.body));
  if (expected.sse) problems.push(...differences(ssePayloads(response.body), expected.sse, "sse"));
  return problems;
}

function checkAiLog(expected: unknown, state: string | undefined): string[] {
  if (expected === null) return state === undefined ? [] : [`there is an ai_log: ${state}`];
  return state === undefined ? ["there is no ai_log"] : differences(readAiLog(state), expected, "ai_log");
}

function checkHeaders(expected: Record<string, ExpectedHeader> = {}, actual: HeaderPair[], kind = "header"): string[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const values = actual.filter(([other]) => other === name.toLowerCase()).map(([, value]) => value);
    const found = values.length > 0 ? values.join(", ") : null;
    if (typeof wanted === "object" && wanted) {
      const matches = found !== null && new RegExp(wanted.matches).test(found);
      return matches ? [] : [`${kind} ${name} is ${show(found)}, which does not match ${wanted.matches}`];
    }
    return found === wanted ? [] : [`${kind} ${name} is ${show(found)}, not ${show(wanted)}`];
  });
}

function checkBody(expected: ExpectedRequest | ExpectedResponse, same: Buffer | undefined, actual: Buffer): string[] {
  if (expected.json !== undefined) {
    const json = parseJson(actual.toString());
    return json === undefined ? [`the body is no JSON: ${show(actual.toString())}`] : differences(json, expected.json);
  }
  const wanted = same ?? bodyBytes(expected);
  if (!wanted || wanted.equals(actual)) return [];
  return [`the body is ${show(actual.toString())}, not ${show(wanted.toString())}`];
}

/** The payloads of a stream's `data:` lines: JSON where it is JSON, the text otherwise. */
export function ssePayloads(body: Buffer): unknown[] {
  const events = body
    .toString("utf8")
    .split(/\r\n\r\n|\n\n|\r\r/)
    .map((event) => event.split(/\r\n|\n|\r/).filter((line) => line.startsWith("data:")));
  return events
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.slice(5).replace(/^ /, "")).join("\n"))
    .map((text) => parseJson(text) ?? text);
}
