// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { dialects } from "../providers/index.ts";
import { serve } from "../providers/server.ts";
import type { ProviderRequest } from "../providers/types.ts";
import { headerOf, type JsonObject, parseObject } from "../providers/wire.ts";
import { runPython } from "./python.ts";

/** A call of the official DashScope client. */
export interface SdkCall {
  api: "Generation" | "MultiModalConversation" | "TextEmbedding" | "TextReRank";
  /** Keyword arguments of the Python call. */
  arguments: JsonObject;
  key?: string;
}

/** What the client returns to an application for one response. */
export interface SdkResponse {
  status_code: number;
  request_id: string;
  code: string;
  message: string;
  output: JsonObject | null;
  usage: JsonObject | null;
}

/** Runs the calls in one Python process; every response of every call, in order. */
export const callDashScopeSdk = (baseUrl: string, key: string, calls: SdkCall[]): Promise<SdkResponse[][]> =>
  runPython<SdkResponse[][]>("dashscope_calls.py", { baseUrl, key, calls });

/** The requests that the official client sends for these calls, as the provider receives them. */
export async function dashscopeSdkRequests(calls: SdkCall[]): Promise<ProviderRequest[]> {
  const server = await serve((request) => dialects.dashscope.handle(request));
  try {
    const results = await callDashScopeSdk(`http://127.0.0.1:${server.port}/api/v1`, "sk-fake-for-tests", calls);
    results.flat().forEach(({ status_code, message }, i) => {
      if (status_code !== 200) throw new Error(`call ${i} was refused with ${status_code}: ${message}`);
    });
    return server.requests;
  } finally {
    await server.close();
  }
}

/** The request that the official client sends for one call. */
export const dashscopeSdkRequest = async (call: SdkCall): Promise<ProviderRequest> =>
  (await dashscopeSdkRequests([call]))[0];

/** Asserts that a request to DashScope equals that of the official client for the same conversation. */
export function assertSameRequest(actual: ProviderRequest, official: ProviderRequest): void {
  assert.equal(actual.method, official.method);
  assert.equal(actual.path, official.path);
  assert.match(headerOf(actual, "authorization"), /^Bearer \S+$/);
  assert.match(headerOf(actual, "content-type"), /^application\/json\b/);
  for (const name of ["x-dashscope-sse", "x-dashscope-async"]) {
    assert.equal(headerOf(actual, name), headerOf(official, name), name);
  }
  if (headerOf(official, "x-dashscope-sse") === "enable") {
    assert.equal(headerOf(actual, "accept"), headerOf(official, "accept"));
  }
  assert.deepEqual(parseObject(actual.body), parseObject(official.body));
}
