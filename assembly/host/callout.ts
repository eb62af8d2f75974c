import { BufferType, MapType, Status } from "../abi/enums";
import { proxy_http_call } from "../abi/imports";
import { RETURNED, returnedNumber } from "../abi/memory";
import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceSize, sliceStart } from "../bytes/slice";
import { BodyBuffer } from "./body";
import { Call } from "./call";
import { HeaderPairs } from "./header-pairs";
import { HeaderMap } from "./headers";
import { currentRoot, turnBack, turnToRoot } from "./root";
import { encoded } from "./scratch";

/** The response to an HTTP callout; valid until the callback returns. */
export class CalloutResponse {
  /** Whether there is a response. If not (connection reset, body larger than 64 MiB) there are neither headers nor a body. */
  hasArrived: bool = false;
  /** The headers. Envoy itself responds with 503 if no endpoint accepts the connection, and with 504 at the timeout. */
  readonly headers: HeaderMap = new HeaderMap(MapType.HttpCallResponseHeaders);
  /** The body. */
  readonly body: BodyBuffer = new BodyBuffer(BufferType.HttpCallResponseBody);
}

const buffer = new ByteBuffer();
const pending = new Map<u32, Callout>();

/** An HTTP request to another cluster. Subclass it and keep the state in fields. `Call` describes when it ends. */
export abstract class Callout extends Call {
  /** Called once: with the response, or with `hasArrived` false. Host calls act on the stream that waits. */
  abstract onResponse(response: CalloutResponse): void;

  /** Sends the request; see `dispatchHttp`. */
  dispatch(cluster: string, headers: HeaderPairs, body: Slice, timeoutMilliseconds: i32): bool {
    if (this.isPending) return false;
    const upstream = encoded(cluster);
    buffer.clear();
    const pairs = headers.encode(buffer);
    const context = this.stream ? 0 : turnToRoot(currentRoot());
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
    turnBack(context);
    if (status != Status.Ok) return false;
    this.begin(returnedNumber());
    pending.set(this.token, this);
    return true;
  }

  /** Ends the call. No host function cancels an HTTP call: the kernel ignores the response. */
  drop(): void {
    pending.delete(this.token);
    this.end();
  }
}

/**
 * Sends an HTTP request to a cluster; `headers` holds `:method`, `:path` and `:authority`. Returns `false`, and never calls
 * `onResponse`, if the host refuses (unknown cluster, missing header) or if `callout` is pending.
 */
export function dispatchHttp(
  cluster: string,
  headers: HeaderPairs,
  body: Slice,
  timeoutMilliseconds: i32,
  callout: Callout,
): bool {
  return callout.dispatch(cluster, headers, body, timeoutMilliseconds);
}

/** Removes the HTTP callout with this token from the pending ones and returns it; `null` if none is pending. */
export function takeCallout(token: u32): Callout | null {
  if (!pending.has(token)) return null;
  const callout = pending.get(token);
  callout.drop();
  return callout;
}
