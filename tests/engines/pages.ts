// SPDX-License-Identifier: Apache-2.0
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import { jsonReply, parseObject, pathOf, type JsonObject } from "../providers/wire.ts";

/** One page that the mock engines find. */
export interface Page {
  title: string;
  url: string;
  snippet: string;
  text: string;
}

/** What every query finds; nothing if it says so. */
export const pagesFor = (query: string): Page[] => (query.includes("nothing") ? [] : PAGES);

const PAGES: Page[] = [
  {
    title: "Gold today",
    url: "https://news.example/gold",
    snippet: "Gold costs 4,000.",
    text: "Gold costs 4,000. It rose.",
  },
  {
    title: "Silver & tin",
    url: "https://news.example/silver?a=1&b=2",
    snippet: "Silver costs 50.",
    text: "Silver costs 50. It fell.",
  },
];

/** The parameters of the query of a GET for this path; a refusal of any other request. */
export function parametersOf(request: ProviderRequest, path: string): URLSearchParams | ProviderReply {
  if (pathOf(request) !== path) return jsonReply(404, { error: "not found" });
  if (request.method !== "GET" || request.body.length) return jsonReply(405, { error: "method not allowed" });
  return new URL(request.path, "http://engine").searchParams;
}

/** The body of a POST of JSON for this path; a refusal of any other request. */
export function bodyOf(request: ProviderRequest, path: string): JsonObject | ProviderReply {
  if (pathOf(request) !== path) return jsonReply(404, { error: "not found" });
  if (request.method !== "POST") return jsonReply(405, { error: "method not allowed" });
  const type = request.headers.find(([name]) => name === "content-type")?.[1];
  if (type !== "application/json") return jsonReply(415, { error: "unsupported media type" });
  return parseObject(request.body) ?? jsonReply(400, { error: "not an object" });
}

/** Whether the function before has refused. */
export const isRefusal = (value: unknown): value is ProviderReply =>
  typeof value === "object" && value !== null && "chunks" in value;

/** Whether a key is one that an engine takes. */
export const isKey = (key: unknown): boolean => typeof key === "string" && key.length >= 8 && !key.includes("invalid");

/** Whether a number, or a text of digits, is in a range. A missing one is. */
export function isWithin(value: unknown, least: number, most: number): boolean {
  if (value === undefined || value === null) return true;
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= least && number <= most;
}
