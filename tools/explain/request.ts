import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ClientRequest } from "../../tests/harness/http-client.ts";

/** A client's request, and where it arrives. */
export interface ExplainedRequest {
  request: ClientRequest;
  /** The listener; absent: the first one with a plugin. */
  listener?: string;
  /** For a WasmPlugin: the name of the ingress, and the cluster of its service. */
  route?: string;
  cluster?: string;
}

const KEYS = ["method", "host", "path", "headers", "body", "listener", "route", "cluster"];
const TEXTS = ["method", "host", "path", "listener", "route", "cluster"];

/** Reads a request.json. A body that is no string is sent as JSON. */
export function readRequest(file: string): ExplainedRequest {
  const value = parsed(file, readFileSync(resolve(file), "utf8"));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${file}: $ must be an object`);
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    if (!KEYS.includes(key)) throw new Error(`${file}: $.${key} is not known; there is ${KEYS.join(", ")}`);
  }
  for (const key of TEXTS) {
    if (key in fields && typeof fields[key] !== "string") throw new Error(`${file}: $.${key} must be a string`);
  }
  const { method, host, path, headers, body, listener, route, cluster } = fields as Record<
    string,
    string | undefined
  > & {
    headers?: unknown;
    body?: unknown;
  };
  if (path !== undefined && !path.startsWith("/")) throw new Error(`${file}: $.path must begin with /`);
  const pairs = headerPairs(file, headers ?? {});
  const bytes = body === undefined ? [] : [Buffer.from(typeof body === "string" ? body : JSON.stringify(body))];
  const has = (name: string): boolean => pairs.some(([other]) => other === name);
  if (bytes.length && !has("content-type") && typeof body !== "string")
    pairs.push(["content-type", "application/json"]);
  if (bytes.length && !has("content-length")) pairs.push(["content-length", String(bytes[0].length)]);
  const request = {
    method: method ?? (bytes.length ? "POST" : "GET"),
    path: path ?? "/v1/chat/completions",
    authority: host ?? "localhost",
    headers: pairs,
    chunks: bytes,
  };
  return { request, listener, route, cluster };
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${file} is not valid JSON`);
  }
}

function headerPairs(file: string, headers: unknown): [string, string][] {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers))
    throw new Error(`${file}: $.headers must be an object of strings`);
  return Object.entries(headers).map(([name, value]: [string, unknown]) => {
    if (typeof value !== "string") throw new Error(`${file}: $.headers.${name} must be a string`);
    return [name.toLowerCase(), value];
  });
}
