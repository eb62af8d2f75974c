import { proxy_http_call } from "../abi/imports";
import { expectBytes, RETURNED, returnedNumber } from "../abi/memory";
import { ByteBuffer } from "../bytes/buffer";
import { sliceOfBuffer, sliceSize, sliceStart } from "../bytes/slice";
import { actOn } from "../host/stream";
import { utf8 } from "./bytes";
import { BaseContext } from "./base-context";
import { WasmResultValues } from "./enums";
import { encodeHeaders, Headers } from "./headers";

/** A callback of an HTTP call, and the context on which it acts. */
export class HttpCallback {
  /** The root context that has sent the call. */
  root: BaseContext | null = null;

  constructor(
    public origin_context: BaseContext,
    public cb: (origin_context: BaseContext, headers: u32, body_size: usize, trailers: u32) => void,
  ) {}
}

const pending = new Map<u32, HttpCallback>();
const first = new ByteBuffer();

/** Sends an HTTP call; see `RootContext.httpCall`. */
export function sendCall(
  root: BaseContext,
  cluster: string,
  headers: Headers,
  body: ArrayBuffer,
  trailers: Headers,
  timeout: u32,
  callback: HttpCallback,
): WasmResultValues {
  const upstream = utf8(cluster);
  const bytes = sliceOfBuffer(body);
  first.clear();
  const pairs = first.append(encodeHeaders(headers)).slice;
  const more = encodeHeaders(trailers);
  expectBytes();
  const status = proxy_http_call(
    sliceStart(upstream),
    sliceSize(upstream),
    sliceStart(pairs),
    sliceSize(pairs),
    sliceStart(bytes),
    sliceSize(bytes),
    sliceStart(more),
    sliceSize(more),
    timeout,
    RETURNED,
  );
  if (status != WasmResultValues.Ok) return status;
  callback.root = root;
  pending.set(returnedNumber(), callback);
  return status;
}

/** The response to a call has arrived, or none will: `headers` is 0 then. A token that nobody waits for is ignored. */
export function endCall(token: u32, headers: u32, size: u32, trailers: u32): void {
  if (!pending.has(token)) return;
  const callback = pending.get(token);
  pending.delete(token);
  actOn(callback.origin_context.host);
  callback.cb(callback.origin_context, headers, size, trailers);
}

/** Calls the callbacks of a root context's calls without a response. */
export function cancelCalls(root: BaseContext): void {
  const tokens = pending.keys();
  for (let i = 0; i < tokens.length; i++) {
    if (!pending.has(tokens[i])) continue;
    const callback = pending.get(tokens[i]);
    if (callback.root !== root) continue;
    pending.delete(tokens[i]);
    callback.cb(callback.origin_context, 0, 0, 0);
  }
}

/** Forgets the calls of a context that has ended: their callbacks would act on nothing. */
export function forgetCalls(origin: BaseContext): void {
  if (!pending.size) return;
  const tokens = pending.keys();
  for (let i = 0; i < tokens.length; i++)
    if (pending.get(tokens[i]).origin_context === origin) pending.delete(tokens[i]);
}
