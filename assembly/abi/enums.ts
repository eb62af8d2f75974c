// Numbers of Proxy-Wasm ABI 0.2.1. https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1

/** What a host function returns. */
export const enum Status {
  Ok = 0,
  NotFound = 1,
  BadArgument = 2,
  Empty = 7,
  CasMismatch = 8,
  InternalFailure = 10,
}

/** A header map of the host. */
export const enum MapType {
  RequestHeaders = 0,
  RequestTrailers = 1,
  ResponseHeaders = 2,
  ResponseTrailers = 3,
  GrpcReceiveInitialMetadata = 4,
  GrpcReceiveTrailingMetadata = 5,
  HttpCallResponseHeaders = 6,
  HttpCallResponseTrailers = 7,
}

/** A byte buffer of the host. */
export const enum BufferType {
  HttpRequestBody = 0,
  HttpResponseBody = 1,
  HttpCallResponseBody = 4,
  GrpcReceiveBuffer = 5,
  VmConfiguration = 6,
  PluginConfiguration = 7,
  /** Of Higress's Envoy alone. https://github.com/higress-group/proxy-wasm-go-sdk/blob/main/proxywasm/internal/abi_enums.go */
  RedisReply = 9,
}

/** What a callback returns for headers and trailers (`StopIteration`: hold them until the body has come). */
export const enum HeadersStatus {
  Continue = 0,
  StopIteration = 1,
  StopAllIterationAndBuffer = 3,
  StopAllIterationAndWatermark = 4,
}

/** What a callback returns for a piece of a body. */
export const enum BodyStatus {
  Continue = 0,
  StopIterationAndBuffer = 1,
  StopIterationAndWatermark = 2,
  StopIterationNoBuffer = 3,
}

/** The direction of a stream for `proxy_continue_stream` and `proxy_close_stream`. */
export const enum StreamType {
  HttpRequest = 0,
  HttpResponse = 1,
}

/** The severity of a log line. */
export const enum LogLevel {
  Trace = 0,
  Debug = 1,
  Info = 2,
  Warn = 3,
  Error = 4,
  Critical = 5,
}

/** The kind of a metric. */
export const enum MetricType {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}
