import type { Attempt } from "../../tests/host/attempt.ts";
import { sendRequest } from "../../tests/host/exchange.ts";
import { GrpcPeer } from "../../tests/host/grpc-peer.ts";
import type { HeaderPair } from "../../tests/host/header-map.ts";
import type { ProxyHost } from "../../tests/host/proxy-host.ts";
import type { Chain } from "./chain.ts";
import type { ExplainedRequest } from "./request.ts";

/** A request to a provider. */
export interface ExplainedAttempt {
  route: string;
  cluster: string;
  method: string;
  host: string;
  path: string;
  headers: HeaderPair[];
  body: Buffer;
  /** From which protocol into which the request is translated (`x-ai-translated`); "" if it passes in the client's. */
  translated: string;
  /** The fields that were left out (`x-ai-dropped-params`). */
  dropped: string;
}

/** What a request leads to. */
export interface Outcome {
  attempts: ExplainedAttempt[];
  /** Calls of the plugins to other services: none is made, each fails. */
  calls: string[];
  /** What the client gets: after the attempts, all of which fail with 503, or without any. */
  status: number;
  details: string;
  body: Buffer;
  /** What the last request to a provider lacks, or has changed, of the client's request: `x-ai-dropped-params`; empty for nothing. */
  changed: string;
  /** What the plugins log. */
  logs: string[];
}

/** No chain makes more attempts. */
const MOST_ATTEMPTS = 30;
const MOST_CALLS = 100;

/** Sends the request through the chain. Every attempt fails with 503, so that the next one follows if there is any. */
export function attemptsOf({ hosts, stream }: Chain, { request }: ExplainedRequest): Outcome {
  const calls: string[] = [];
  const failCalls = (): void => {
    for (let round = 0; round < MOST_CALLS; round++) {
      const host = hosts.find((one) => one.callouts.length > 0 || new GrpcPeer(one).streams.length > 0);
      if (!host) return;
      calls.push(failFirst(host));
    }
  };
  sendRequest(stream, request);
  failCalls();
  const attempts: ExplainedAttempt[] = [];
  let last: Attempt | null = null;
  for (let next = stream.attempt; next && next !== last && !stream.isOver; next = stream.attempt) {
    last = next;
    if (attempts.length === MOST_ATTEMPTS) break;
    if (next.connect() && next.upstream.end === "clean") {
      const attempt = attemptOf(next, stream.route?.name ?? "");
      attempts.push(attempt);
      next.responseHeaders(
        [
          [":status", "503"],
          ["content-type", "application/json"],
          ["content-length", "2"],
        ],
        false,
      );
      if (!next.isOver) next.responseBody(Buffer.from("{}"), true);
      const said = (name: string): string => next!.answered?.get(name) ?? stream.client.headers?.get(name) ?? "";
      Object.assign(attempt, { translated: said("x-ai-translated"), dropped: said("x-ai-dropped-params") });
    }
    failCalls();
  }
  const isOpen = !stream.isOver;
  if (isOpen) stream.clientReset();
  const { client, details } = stream;
  const status = Number(client.headers?.get(":status") ?? 0);
  const changed = client.headers?.get("x-ai-dropped-params") ?? "";
  const logs = hosts.flatMap((host) => host.vm.logs.map(({ text }) => text));
  return { attempts, calls, status, details, body: client.bodyBytes, changed, logs };
}

/** Lets a call fail, as if nothing listened there. Returns what it was. */
function failFirst(host: ProxyHost): string {
  const peer = new GrpcPeer(host);
  const call = host.callouts[0] ?? peer.streams[0];
  if (call.kind === "http") host.fail(call);
  else if (call.kind === "grpc") host.failGrpc(call, UNAVAILABLE, "not sent");
  else peer.unreachable(call);
  return `${call.kind === "http" ? "HTTP" : "gRPC"} to cluster ${call.cluster}`;
}

/** The status of gRPC for a service that cannot be reached. */
const UNAVAILABLE = 14;
/** Headers for Envoy's router, which does not forward them. */
const FOR_ROUTER = /^x-envoy-(upstream-rq-|retry-|retriable-|max-retries$|hedge-|expected-rq-)/;

function attemptOf({ upstream, target }: Attempt, route: string): ExplainedAttempt {
  const header = (name: string): string => upstream.headers?.get(name) ?? "";
  const headers = upstream.headers?.pairs().filter(([name]) => !name.startsWith(":") && !FOR_ROUTER.test(name)) ?? [];
  const request = { method: header(":method"), host: header(":authority"), path: header(":path") };
  return { route, cluster: target.cluster, ...request, headers, body: upstream.bodyBytes, translated: "", dropped: "" };
}
