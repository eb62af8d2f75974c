// SPDX-License-Identifier: Apache-2.0
import { DataStatus, HeadersStatus, TrailersStatus } from "./abi.ts";
import type { Bytes } from "./bytes.ts";
import type { LogPhase, RootContext, StreamContext, StreamControl } from "./contexts.ts";
import type { FilterDirection } from "./filter-direction.ts";
import { HeaderMap } from "./header-map.ts";
import type { Vm } from "./vm.ts";

/** One plugin on one stream: Envoy's callbacks turned into calls of the module, as context.cc does it. */
export class WasmFilter {
  readonly context: StreamContext;

  constructor(
    private readonly vm: Vm,
    root: RootContext,
    stream: StreamControl,
    private readonly holdsHeaders = true,
  ) {
    const empty = { requestHeaders: null, requestTrailers: null, responseHeaders: null, responseTrailers: null };
    const bodies = { requestBody: null, responseBody: null, bufferingRequest: false, bufferingResponse: false };
    const id = vm.newContextId();
    this.context = { kind: "stream", id, root, stream, ...empty, ...bodies, endOfStream: false, log: null };
    vm.contexts.set(id, this.context);
    vm.call(this.context, "proxy_on_context_create", [id, root.id]);
    vm.runAfterCall();
  }

  onRequestHeaders(headers: HeaderMap, end: boolean): number {
    this.context.requestHeaders = headers;
    const status = this.headers("proxy_on_request_headers", headers, end);
    if (status === HeadersStatus.Continue) this.context.requestHeaders = null;
    return status;
  }

  onRequestBody(data: Bytes, end: boolean, direction: FilterDirection): number {
    const context = this.context;
    context.bufferingRequest &&= this.isBuffering(direction);
    if (context.bufferingRequest) direction.addToBuffer(data);
    context.requestBody = context.bufferingRequest ? direction.bufferedBody : data;
    const status = this.body("proxy_on_request_body", context.requestBody, end);
    context.bufferingRequest = status === DataStatus.StopAndBuffer;
    // With any other status Envoy keeps a pointer to a buffer that is gone: to touch it crashes.
    context.requestBody = context.bufferingRequest ? direction.bufferedBody : null;
    return status;
  }

  onRequestTrailers(trailers: HeaderMap): number {
    this.context.requestTrailers = trailers;
    const status = this.trailers("proxy_on_request_trailers", trailers);
    if (status === TrailersStatus.Continue) this.context.requestTrailers = null;
    return status;
  }

  onResponseHeaders(headers: HeaderMap, end: boolean): number {
    this.context.responseHeaders = headers;
    const status = this.headers("proxy_on_response_headers", headers, end);
    if (status === HeadersStatus.Continue) this.context.responseHeaders = null;
    return status;
  }

  onResponseBody(data: Bytes, end: boolean, direction: FilterDirection): number {
    const context = this.context;
    context.bufferingResponse &&= this.isBuffering(direction);
    if (context.bufferingResponse) direction.addToBuffer(data);
    context.responseBody = context.bufferingResponse ? direction.bufferedBody : data;
    const status = this.body("proxy_on_response_body", context.responseBody, end);
    context.bufferingResponse = status === DataStatus.StopAndBuffer;
    context.responseBody = context.bufferingResponse ? direction.bufferedBody : null;
    return status;
  }

  onResponseTrailers(trailers: HeaderMap): number {
    this.context.responseTrailers = trailers;
    const status = this.trailers("proxy_on_response_trailers", trailers);
    if (status === TrailersStatus.Continue) this.context.responseTrailers = null;
    return status;
  }

  /** The access log's phase, which comes before the end; filters of the router's chain have none. */
  log(log: LogPhase): void {
    if (this.vm.isDead) return;
    this.context.log = log;
    this.run("proxy_on_log", [this.context.id]);
    this.context.log = null;
  }

  /** The end of the stream: done, then delete; afterwards the id means nothing. */
  end(): void {
    const { id } = this.context;
    if (this.vm.isDead) return;
    this.run("proxy_on_done", [id]);
    this.run("proxy_on_delete", [id]);
    this.vm.contexts.delete(id);
  }

  /** Where the filter was continued, what was buffered has gone on since. Before 1.40 Envoy adds the next piece to the empty buffer, and keeps it. */
  private isBuffering(direction: FilterDirection): boolean {
    const [major, minor] = this.vm.environment.envoy;
    return direction.stopped || (major === 1 && minor < 40);
  }

  private headers(callback: string, headers: HeaderMap, end: boolean): number {
    this.context.endOfStream = end;
    const status = this.run(callback, [this.context.id, headers.size, Number(end)]);
    if (status === null || status > HeadersStatus.StopAllAndWatermark) return HeadersStatus.StopAllAndWatermark;
    if (status === HeadersStatus.StopIteration && !this.holdsHeaders) return HeadersStatus.StopAllAndWatermark;
    // "Continue and end stream" is no status that Envoy still knows.
    return status === 2 ? HeadersStatus.Continue : status;
  }

  private body(callback: string, data: Bytes, end: boolean): number {
    this.context.endOfStream = end;
    const status = this.run(callback, [this.context.id, data.length, Number(end)]);
    return status === null || status > DataStatus.StopNoBuffer ? DataStatus.StopNoBuffer : status;
  }

  private trailers(callback: string, trailers: HeaderMap): number {
    const status = this.run(callback, [this.context.id, trailers.size]);
    return status === null || status > TrailersStatus.StopIteration ? TrailersStatus.StopIteration : status;
  }

  /** The callback's result, or null when a local reply in it makes the result void. */
  private run(callback: string, args: number[]): number | null {
    if (this.vm.isDead) return this.fail();
    const result = this.vm.call(this.context, callback, args) >>> 0;
    const stopped = this.vm.stopIteration;
    this.vm.runAfterCall();
    return stopped ? null : result;
  }

  /** A callback that finds its VM dead ends the stream. */
  private fail(): null {
    this.context.stream.sendLocalReply(503, Buffer.alloc(0), new HeaderMap(), "wasm_fail_stream");
    return null;
  }
}
