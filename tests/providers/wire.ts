// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import type { HeaderPair, ProviderReply, ProviderRequest } from "./types.ts";

/** A parsed JSON object whose fields are still to be checked. */
export type JsonObject = Record<string, unknown>;

/** Whether a parsed value is a JSON object (and neither null nor a list). */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The first value of a header, or "" if it is absent. */
export const headerOf = (request: ProviderRequest, name: string): string =>
  request.headers.find(([key]) => key === name)?.[1] ?? "";

/** The path without its query. */
export const pathOf = (request: ProviderRequest): string => request.path.split("?", 1)[0];

/** The API key of `authorization: Bearer …`, or "" if the header is absent or has another scheme. */
export const bearerOf = (request: ProviderRequest): string =>
  /^Bearer +(\S+)$/i.exec(headerOf(request, "authorization"))?.[1] ?? "";

/** A body that is one JSON object in valid UTF-8, or undefined. */
export function parseObject(body: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A UUID that depends only on the request: the same request gets the same id. */
export function requestIdOf(request: ProviderRequest): string {
  const hex = createHash("sha1").update(request.path).update(request.body).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** A whole JSON response. */
export const jsonReply = (status: number, body: unknown, headers: HeaderPair[] = []): ProviderReply => ({
  status,
  headers: [["content-type", "application/json"], ...headers],
  chunks: [Buffer.from(JSON.stringify(body))],
});

/** A server-sent event stream with one chunk per event. */
export const eventStream = (events: string[], contentType: string, headers: HeaderPair[] = []): ProviderReply => ({
  status: 200,
  headers: [["content-type", contentType], ["cache-control", "no-cache"], ...headers],
  chunks: events.map((event) => Buffer.from(event)),
});
