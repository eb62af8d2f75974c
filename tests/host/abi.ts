// SPDX-License-Identifier: Apache-2.0
// Numbers of the Proxy-Wasm ABI 0.2.1. https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1

/** What a host call answers. */
export const Status = {
  Ok: 0,
  NotFound: 1,
  BadArgument: 2,
  SerializationFailure: 3,
  ParseFailure: 4,
  InvalidMemoryAccess: 6,
  Empty: 7,
  CasMismatch: 8,
  InternalFailure: 10,
  BrokenConnection: 11,
  Unimplemented: 12,
} as const;

/** Which header map a call means. */
export const MapType = {
  RequestHeaders: 0,
  RequestTrailers: 1,
  ResponseHeaders: 2,
  ResponseTrailers: 3,
  GrpcInitialMetadata: 4,
  GrpcTrailingMetadata: 5,
  CalloutHeaders: 6,
  CalloutTrailers: 7,
} as const;

/** The largest map type. */
export const MAX_MAP_TYPE = 7;

/** Which buffer a call means. */
export const BufferType = {
  RequestBody: 0,
  ResponseBody: 1,
  DownstreamData: 2,
  UpstreamData: 3,
  CalloutBody: 4,
  GrpcMessage: 5,
  VmConfiguration: 6,
  PluginConfiguration: 7,
  CallData: 8,
  /** Of Higress's Envoy alone. */
  RedisReply: 9,
} as const;

/** The largest buffer type of stock Envoy. */
export const MAX_BUFFER_TYPE = 8;

/** What a filter says after a headers callback; every other number up to 4 means continue. */
export const HeadersStatus = { Continue: 0, StopIteration: 1, StopAllAndBuffer: 3, StopAllAndWatermark: 4 } as const;

/** What a filter says after a body callback. */
export const DataStatus = { Continue: 0, StopAndBuffer: 1, StopAndWatermark: 2, StopNoBuffer: 3 } as const;

/** What a filter says after a trailers callback. */
export const TrailersStatus = { Continue: 0, StopIteration: 1 } as const;

/** Which direction of which connection continue and close mean. */
export const StreamType = { Request: 0, Response: 1, Downstream: 2, Upstream: 3 } as const;

/** The levels of a log line, by number. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "critical"] as const;

/** One level of a log line. */
export type LogLevel = (typeof LOG_LEVELS)[number];
