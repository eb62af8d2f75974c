import { BufferType, MapType, Status } from "../abi/enums";
import { proxy_grpc_call, proxy_grpc_cancel, proxy_http_call } from "../abi/imports";
import { RETURNED, returnedNumber } from "../abi/memory";
import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceSize, sliceStart } from "../bytes/slice";
import { BodyBuffer } from "./body";
import { HeaderMap } from "./headers";
import { HeaderPairs } from "./header-pairs";
import { currentRoot } from "./root";
import { alsoEncoded, encoded } from "./scratch";

/** What came back from a callout; valid until the callback returns. */
export class CalloutResponse {
  /** Whether an HTTP answer came; where none did (connection broken off), it has neither headers nor body. */
  answered: bool = false;
  /** The headers of an HTTP answer. Envoy itself answers 503 where nobody listens, and 504 where time ran out. */
  readonly headers: HeaderMap = new HeaderMap(MapType.HttpCallResponseHeaders);
  /** The body of an HTTP answer. */
  readonly body: BodyBuffer = new BodyBuffer(BufferType.HttpCallResponseBody);
  /** The message of a gRPC answer. */
  readonly message: BodyBuffer = new BodyBuffer(BufferType.GrpcReceiveBuffer);
  /** gRPC status, 0 for a good answer; of no meaning for HTTP. */
  grpcStatus: u32 = 0;
}

/**
 * A question to another cluster. Subclass it and keep the state in fields. A callout that belongs to a stream (`stream`
 * is its context) is forgotten with it; one of the plugin (`stream` 0) outlives the streams and ends with the root
 * context that made it. One object makes one call at a time.
 */
export abstract class Callout {
  /** The context of the stream that waits, or 0. */
  stream: u32 = 0;
  /** The kernel's: the context with which the call ends, and the other calls of that context. */
  owner: u32 = 0;
  token: u32 = 0;
  isGrpc: bool = false;
  next: Callout | null = null;
  previous: Callout | null = null;

  /** The answer, or the news that none came. */
  abstract onResponse(response: CalloutResponse): void;
}

const buffer = new ByteBuffer();
const pendingHttp = new Map<u32, Callout>();
const pendingGrpc = new Map<u32, Callout>();
/** The latest call of each context that has any, from which the others follow. */
const latest = new Map<u32, Callout>();

/**
 * Sends an HTTP request to a cluster; `headers` holds `:method`, `:path` and `:authority`. Gives `false`, and
 * `callout` hears nothing, where the host refuses (unknown cluster, missing header).
 */
export function dispatchHttp(
  cluster: string,
  headers: HeaderPairs,
  body: Slice,
  timeoutMilliseconds: i32,
  callout: Callout,
): bool {
  const upstream = encoded(cluster);
  buffer.clear();
  const pairs = headers.encode(buffer);
  const status = proxy_http_call(
    sliceStart(upstream),
    sliceSize(upstream),
    sliceStart(pairs),
    sliceSize(pairs),
    sliceStart(body),
    sliceSize(body),
    0,
    0,
    timeoutMilliseconds,
    RETURNED,
  );
  if (status == Status.Ok) keep(callout, false);
  return status == Status.Ok;
}

/** Sends a unary gRPC request (`service` is a full name, `message` its protobuf bytes) to a cluster. */
export function dispatchGrpc(
  cluster: string,
  service: string,
  method: string,
  message: Slice,
  timeoutMilliseconds: i32,
  callout: Callout,
): bool {
  const upstream = encoded(cluster);
  const name = alsoEncoded(service);
  buffer.clear();
  const call = buffer.text(method).slice;
  const status = proxy_grpc_call(
    sliceStart(upstream),
    sliceSize(upstream),
    sliceStart(name),
    sliceSize(name),
    sliceStart(call),
    sliceSize(call),
    0,
    0,
    sliceStart(message),
    sliceSize(message),
    timeoutMilliseconds,
    RETURNED,
  );
  if (status == Status.Ok) keep(callout, true);
  return status == Status.Ok;
}

/** Takes the HTTP callout that waits for this answer; `null` if nobody does any more. */
export function takeHttpCallout(id: u32): Callout | null {
  return take(pendingHttp, id);
}

/** Takes the gRPC callout that waits for this answer; `null` if nobody does any more. */
export function takeGrpcCallout(id: u32): Callout | null {
  return take(pendingGrpc, id);
}

/** Forgets the callouts of a context that ended: gRPC ones are cancelled; there is no host call that cancels HTTP ones. */
export function forgetCallouts(owner: u32): void {
  if (!latest.size || !latest.has(owner)) return;
  for (let callout: Callout | null = latest.get(owner); callout; callout = callout.next) {
    if (callout.isGrpc) proxy_grpc_cancel(callout.token);
    pendingOf(callout).delete(callout.token);
  }
  latest.delete(owner);
}

function keep(callout: Callout, isGrpc: bool): void {
  const owner = callout.stream ? callout.stream : currentRoot();
  const next = latest.has(owner) ? latest.get(owner) : null;
  callout.owner = owner;
  callout.token = returnedNumber();
  callout.isGrpc = isGrpc;
  callout.previous = null;
  callout.next = next;
  if (next) next.previous = callout;
  latest.set(owner, callout);
  pendingOf(callout).set(callout.token, callout);
}

function take(pending: Map<u32, Callout>, token: u32): Callout | null {
  if (!pending.has(token)) return null;
  const callout = pending.get(token);
  pending.delete(token);
  const next = callout.next;
  const previous = callout.previous;
  if (next) next.previous = previous;
  if (previous) previous.next = next;
  else if (next) latest.set(callout.owner, next);
  else latest.delete(callout.owner);
  callout.next = null;
  callout.previous = null;
  return callout;
}

function pendingOf(callout: Callout): Map<u32, Callout> {
  return callout.isGrpc ? pendingGrpc : pendingHttp;
}
