import { proxy_get_buffer_bytes } from "../abi/imports";
import { expectBytes, RETURNED } from "../abi/memory";
import { BaseContext, proxy_set_effective_context } from "./base-context";
import { copyOf } from "./bytes";
import {
  BufferTypeValues,
  FilterDataStatusValues,
  FilterHeadersStatusValues,
  FilterMetadataStatusValues,
  FilterStatusValues,
  FilterTrailersStatusValues,
  PeerTypeValues,
  WasmResultValues,
} from "./enums";
import { Headers } from "./headers";
import { cancelCalls, HttpCallback, sendCall } from "./http-calls";

/** Reads a configuration and creates a context for each stream. */
export class RootContext extends BaseContext {
  private configuration_: string = "";

  constructor(context_id: u32) {
    super(context_id);
  }

  /** The plugin's configuration, as a text; empty if there is none. */
  getConfiguration(): string {
    return this.configuration_;
  }

  /** Creates the context of a stream: override it. */
  createContext(context_id: u32): Context {
    return new Context(context_id, this);
  }

  /** Calls the callbacks of the pending HTTP calls without a response. `onDone` does it. */
  cancelPendingRequests(): void {
    cancelCalls(this);
  }

  /** Whether the configuration is valid. */
  validateConfiguration(configuration_size: usize): bool {
    return true;
  }

  /** Reads the configuration; `false` refuses it. Call `super.onConfigure` to read it. */
  onConfigure(configuration_size: u32): bool {
    expectBytes();
    const status = configuration_size
      ? proxy_get_buffer_bytes(BufferTypeValues.PluginConfiguration, 0, configuration_size, RETURNED, RETURNED + 4)
      : WasmResultValues.Empty;
    this.configuration_ = String.UTF8.decode(copyOf(status));
    return true;
  }

  /** The VM has started, or the root context was created in a running one. */
  onStart(vm_configuration_size: usize): bool {
    return true;
  }

  /** The tick period has passed. */
  onTick(): void {}

  /** A queue that this root context has registered has an item. */
  onQueueReady(token: u32): void {}

  /** The root context has ended. */
  override onDone(): bool {
    this.cancelPendingRequests();
    return true;
  }

  /** Override it to act when `onDone` returned `false`. */
  done(): void {}

  /**
   * Sends an HTTP request to a cluster. `cb` is called once, with the number of headers (0: no response), the size of the body and the
   * number of trailers; host calls act on `origin_context` then. It is not called if that has ended, or if the result is not `Ok`.
   */
  httpCall(
    cluster: string,
    headers: Headers,
    body: ArrayBuffer,
    trailers: Headers,
    timeout_milliseconds: u32,
    origin_context: BaseContext,
    cb: (origin_context: BaseContext, headers: u32, body_size: usize, trailers: u32) => void,
  ): WasmResultValues {
    const callback = new HttpCallback(origin_context, cb);
    return sendCall(this, cluster, headers, body, trailers, timeout_milliseconds, callback);
  }

  /** Metadata of a gRPC stream has arrived. */
  on_grpc_receive_initial_metadata(token: u32, headers: u32): void {}

  /** Trailers of a gRPC stream have arrived. */
  on_grpc_trailing_metadata(token: u32, trailers: u32): void {}

  /** A message of a gRPC stream has arrived. */
  on_grpc_receive(token: u32, response_size: u32): void {}

  /** A gRPC stream has ended. */
  on_grpc_close(token: u32, status_code: u32): void {}
}

/** The filter of one stream, or of one connection. */
export class Context extends BaseContext {
  constructor(
    context_id_: u32,
    public root_context: RootContext,
  ) {
    super(context_id_);
  }

  /** A connection has begun. */
  onNewConnection(): FilterStatusValues {
    return FilterStatusValues.Continue;
  }

  /** Data of the client. */
  onDownstreamData(size: usize, end: bool): FilterStatusValues {
    return FilterStatusValues.Continue;
  }

  /** Data of the upstream. */
  onUpstreamData(size: usize, end: bool): FilterStatusValues {
    return FilterStatusValues.Continue;
  }

  /** The client's connection has ended. */
  onDownstreamConnectionClose(t: PeerTypeValues): void {}

  /** The upstream's connection has ended. */
  onUpstreamConnectionClose(t: PeerTypeValues): void {}

  /** The headers of a request; `a` is their number. */
  onRequestHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    return FilterHeadersStatusValues.Continue;
  }

  /** Metadata of a request. */
  onRequestMetadata(a: u32): FilterMetadataStatusValues {
    return FilterMetadataStatusValues.Continue;
  }

  /** A piece of a request's body; while it is buffered, `body_buffer_length` counts all of it. */
  onRequestBody(body_buffer_length: usize, end_of_stream: bool): FilterDataStatusValues {
    return FilterDataStatusValues.Continue;
  }

  /** The trailers of a request. */
  onRequestTrailers(a: u32): FilterTrailersStatusValues {
    return FilterTrailersStatusValues.Continue;
  }

  /** The headers of a response. */
  onResponseHeaders(a: u32, end_of_stream: bool): FilterHeadersStatusValues {
    return FilterHeadersStatusValues.Continue;
  }

  /** Metadata of a response. */
  onResponseMetadata(a: u32): FilterMetadataStatusValues {
    return FilterMetadataStatusValues.Continue;
  }

  /** A piece of a response's body. */
  onResponseBody(body_buffer_length: usize, end_of_stream: bool): FilterDataStatusValues {
    return FilterDataStatusValues.Continue;
  }

  /** The trailers of a response. */
  onResponseTrailers(s: u32): FilterTrailersStatusValues {
    return FilterTrailersStatusValues.Continue;
  }

  /** The access log is about to be written. */
  onLog(): void {}

  /** Makes host calls act on this stream. */
  setEffectiveContext(): WasmResultValues {
    return proxy_set_effective_context(this.context_id);
  }
}
