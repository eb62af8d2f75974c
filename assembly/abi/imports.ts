// The host functions of Proxy-Wasm ABI 0.2.1 that stock Envoy has, under their own names.
// https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1
// Pointers and sizes are 32 bits wide; every function returns a Status.

@external("env", "proxy_log")
export declare function proxy_log(level: u32, message: usize, size: usize): u32;


@external("env", "proxy_get_log_level")
export declare function proxy_get_log_level(level: usize): u32;


@external("env", "proxy_get_current_time_nanoseconds")
export declare function proxy_get_current_time_nanoseconds(time: usize): u32;


@external("env", "proxy_set_tick_period_milliseconds")
export declare function proxy_set_tick_period_milliseconds(period: u32): u32;


@external("env", "proxy_get_status")
export declare function proxy_get_status(code: usize, text: usize, textSize: usize): u32;


@external("env", "proxy_get_property")
export declare function proxy_get_property(path: usize, pathSize: usize, value: usize, valueSize: usize): u32;


@external("env", "proxy_set_property")
export declare function proxy_set_property(path: usize, pathSize: usize, value: usize, valueSize: usize): u32;


@external("env", "proxy_get_header_map_value")
export declare function proxy_get_header_map_value(
  map: u32,
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
): u32;

// @ts-ignore: decorator
@external("env", "proxy_get_header_map_pairs")
export declare function proxy_get_header_map_pairs(map: u32, pairs: usize, pairsSize: usize): u32;


@external("env", "proxy_set_header_map_pairs")
export declare function proxy_set_header_map_pairs(map: u32, pairs: usize, pairsSize: usize): u32;


@external("env", "proxy_get_header_map_size")
export declare function proxy_get_header_map_size(map: u32, size: usize): u32;


@external("env", "proxy_add_header_map_value")
export declare function proxy_add_header_map_value(
  map: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;


@external("env", "proxy_replace_header_map_value")
export declare function proxy_replace_header_map_value(
  map: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;


@external("env", "proxy_remove_header_map_value")
export declare function proxy_remove_header_map_value(map: u32, name: usize, nameSize: usize): u32;


@external("env", "proxy_get_buffer_bytes")
export declare function proxy_get_buffer_bytes(buffer: u32, start: u32, size: u32, data: usize, dataSize: usize): u32;


@external("env", "proxy_set_buffer_bytes")
export declare function proxy_set_buffer_bytes(buffer: u32, start: u32, size: u32, data: usize, dataSize: usize): u32;


@external("env", "proxy_close_stream")
export declare function proxy_close_stream(stream: u32): u32;


@external("env", "proxy_continue_stream")
export declare function proxy_continue_stream(stream: u32): u32;


@external("env", "proxy_send_local_response")
export declare function proxy_send_local_response(
  status: u32,
  details: usize,
  detailsSize: usize,
  body: usize,
  bodySize: usize,
  headers: usize,
  headersSize: usize,
  grpcStatus: i32,
): u32;


@external("env", "proxy_http_call")
export declare function proxy_http_call(
  upstream: usize,
  upstreamSize: usize,
  headers: usize,
  headersSize: usize,
  body: usize,
  bodySize: usize,
  trailers: usize,
  trailersSize: usize,
  timeoutMilliseconds: u32,
  callId: usize,
): u32;


@external("env", "proxy_grpc_call")
export declare function proxy_grpc_call(
  service: usize,
  serviceSize: usize,
  serviceName: usize,
  serviceNameSize: usize,
  method: usize,
  methodSize: usize,
  metadata: usize,
  metadataSize: usize,
  message: usize,
  messageSize: usize,
  timeoutMilliseconds: u32,
  callId: usize,
): u32;


@external("env", "proxy_grpc_stream")
export declare function proxy_grpc_stream(
  service: usize,
  serviceSize: usize,
  serviceName: usize,
  serviceNameSize: usize,
  method: usize,
  methodSize: usize,
  metadata: usize,
  metadataSize: usize,
  callId: usize,
): u32;


@external("env", "proxy_grpc_send")
export declare function proxy_grpc_send(callId: u32, message: usize, messageSize: usize, endOfStream: u32): u32;


@external("env", "proxy_grpc_close")
export declare function proxy_grpc_close(callId: u32): u32;


@external("env", "proxy_grpc_cancel")
export declare function proxy_grpc_cancel(callId: u32): u32;


@external("env", "proxy_get_shared_data")
export declare function proxy_get_shared_data(
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
  cas: usize,
): u32;


@external("env", "proxy_set_shared_data")
export declare function proxy_set_shared_data(
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
  cas: u32,
): u32;


@external("env", "proxy_define_metric")
export declare function proxy_define_metric(kind: u32, name: usize, nameSize: usize, id: usize): u32;


@external("env", "proxy_increment_metric")
export declare function proxy_increment_metric(id: u32, offset: i64): u32;


@external("env", "proxy_record_metric")
export declare function proxy_record_metric(id: u32, value: u64): u32;


@external("env", "proxy_get_metric")
export declare function proxy_get_metric(id: u32, value: usize): u32;


@external("env", "proxy_call_foreign_function")
export declare function proxy_call_foreign_function(
  name: usize,
  nameSize: usize,
  argument: usize,
  argumentSize: usize,
  result: usize,
  resultSize: usize,
): u32;


@external("env", "proxy_set_effective_context")
export declare function proxy_set_effective_context(context: u32): u32;

/** WASI, which Envoy offers beside the ABI: fills the range with random bytes. */
@external("wasi_snapshot_preview1", "random_get")
export declare function random_get(buffer: usize, size: usize): u32;


@external("wasi_snapshot_preview1", "clock_time_get")
export declare function clock_time_get(clock: u32, precision: u64, time: usize): u32;

// @ts-ignore: decorator
@external("env", "proxy_done")
export declare function proxy_done(): u32;

// @ts-ignore: decorator
@external("env", "proxy_get_buffer_status")
export declare function proxy_get_buffer_status(buffer: u32, size: usize, flags: usize): u32;

// @ts-ignore: decorator
@external("env", "proxy_register_shared_queue")
export declare function proxy_register_shared_queue(name: usize, nameSize: usize, id: usize): u32;

// @ts-ignore: decorator
@external("env", "proxy_resolve_shared_queue")
export declare function proxy_resolve_shared_queue(
  vmId: usize,
  vmIdSize: usize,
  name: usize,
  nameSize: usize,
  id: usize,
): u32;

// @ts-ignore: decorator
@external("env", "proxy_dequeue_shared_queue")
export declare function proxy_dequeue_shared_queue(id: u32, value: usize, valueSize: usize): u32;

// @ts-ignore: decorator
@external("env", "proxy_enqueue_shared_queue")
export declare function proxy_enqueue_shared_queue(id: u32, value: usize, valueSize: usize): u32;
