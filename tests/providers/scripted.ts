// SPDX-License-Identifier: Apache-2.0
import { serve, type RunningServer } from "./server.ts";
import type { Dialect, HeaderPair, ProviderReply, ProviderRequest } from "./types.ts";
import { type JsonObject, jsonReply, pathOf } from "./wire.ts";

/** How a mock server fails; other faults belong to a model name (`faults.ts`). */
export type Failure =
  | { status: number; headers?: HeaderPair[]; message?: string }
  /** `refused`: nobody listens; `reset`: the connection breaks off; `silent`: no response; `no-event`: headers, then no event. */
  | "refused"
  | "reset"
  | "silent"
  | "no-event"
  /** A stream whose first event is an error, or whose third one is. */
  | "error-event"
  | "late-error-event";

/** The failure of one request by its number since the script was set, from 0; undefined: none. */
export type Script = (index: number, request: ProviderRequest) => Failure | undefined;

/** A mock server whose failures can be changed while it runs. */
export interface ScriptedServer {
  port: number;
  /** Every request that it has received, also those that failed. */
  requests: ProviderRequest[];
  /** Requests whose client left before the response was complete. */
  abandoned(): ProviderRequest[];
  /** Sets the failure of all further requests, or of each one. Resolves when it has effect. */
  failWith(failure: Failure | Script | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Starts a mock server of a dialect, on a free port, without failures. */
export async function serveScripted(dialect: Dialect): Promise<ScriptedServer> {
  const requests: ProviderRequest[] = [];
  const abandoned: ProviderRequest[] = [];
  let script: Script = () => undefined;
  let count = 0;
  let server: RunningServer | undefined;
  const handle = (request: ProviderRequest): ProviderReply => {
    requests.push(request);
    const failure = script(count++, request);
    return failure ? failed(failure, request, dialect.handle(request)) : dialect.handle(request);
  };
  const start = async (port = 0): Promise<RunningServer> => (server = await serve(handle, { port }));
  const stop = async (): Promise<void> => {
    abandoned.push(...(server?.abandoned ?? []));
    await server?.close();
    server = undefined;
  };
  const { port } = await start();
  return {
    port,
    requests,
    abandoned: () => [...abandoned, ...(server?.abandoned ?? [])],
    async failWith(failure) {
      script = typeof failure === "function" ? failure : () => failure;
      count = 0;
      if (failure === "refused") await stop();
      else if (!server) await start(port);
    },
    close: stop,
  };
}

const ERROR = { message: "The model is overloaded.", type: "server_error", param: null, code: null };

function failed(failure: Failure, request: ProviderRequest, reply: ProviderReply): ProviderReply {
  if (typeof failure === "object") {
    const { status, headers, message = ERROR.message } = failure;
    return jsonReply(status, { error: { ...ERROR, message } }, headers);
  }
  switch (failure) {
    case "reset":
      return { ...reply, chunks: [], end: "refuse" };
    case "no-event":
      return { ...reply, chunks: [], end: "hang" };
    case "error-event":
      return { ...reply, chunks: [errorEvent(request)] };
    case "late-error-event":
      return { ...reply, chunks: [...reply.chunks.slice(0, 2), errorEvent(request)] };
    default:
      return { ...reply, chunks: [], end: "silent" };
  }
}

/** An error event of the request's API. */
function errorEvent(request: ProviderRequest): Buffer {
  const { message } = ERROR;
  const path = pathOf(request);
  // https://platform.claude.com/docs/en/build-with-claude/streaming#error-events
  if (path.endsWith("/messages"))
    return event("error", { type: "error", error: { type: "overloaded_error", message } });
  // https://platform.openai.com/docs/api-reference/responses-streaming/error
  if (path.endsWith("/responses")) return event("error", { type: "error", code: "server_error", message, param: null });
  return event("", { error: ERROR });
}

const event = (name: string, data: JsonObject): Buffer =>
  Buffer.from(`${name && `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`);
