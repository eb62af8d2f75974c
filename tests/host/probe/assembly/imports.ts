// SPDX-License-Identifier: Apache-2.0
// Every host call of ABI 0.2.1 that stock Envoy has, under short names. https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1
/* eslint-disable */
@external("env", "proxy_log") export declare function log(level: u32, text: usize, size: usize): u32;


@external("env", "proxy_get_log_level") export declare function getLogLevel(level: usize): u32;


@external("env", "proxy_get_current_time_nanoseconds") export declare function getTime(time: usize): u32;


@external("env", "proxy_set_tick_period_milliseconds") export declare function setTick(period: u32): u32;


@external("env", "proxy_get_status") export declare function getStatus(code: usize, text: usize, size: usize): u32;


@external("env", "proxy_set_effective_context") export declare function setContext(id: u32): u32;


@external("env", "proxy_done") export declare function done(): u32;


@external("env", "proxy_call_foreign_function") export declare function callForeign(
  name: usize,
  nameSize: usize,
  arg: usize,
  argSize: usize,
  result: usize,
  resultSize: usize,
): u32;


@external("env", "proxy_get_property") export declare function getProperty(
  path: usize,
  pathSize: usize,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_set_property") export declare function setProperty(
  path: usize,
  pathSize: usize,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_get_header_map_value") export declare function getHeader(
  map: u32,
  key: usize,
  keySize: usize,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_add_header_map_value") export declare function addHeader(
  map: u32,
  key: usize,
  keySize: usize,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_replace_header_map_value") export declare function setHeader(
  map: u32,
  key: usize,
  keySize: usize,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_remove_header_map_value") export declare function removeHeader(
  map: u32,
  key: usize,
  keySize: usize,
): u32;


@external("env", "proxy_get_header_map_pairs") export declare function getPairs(
  map: u32,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_set_header_map_pairs") export declare function setPairs(
  map: u32,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_get_header_map_size") export declare function getPairsSize(map: u32, size: usize): u32;


@external("env", "proxy_get_buffer_status") export declare function getBufferStatus(
  buffer: u32,
  size: usize,
  flags: usize,
): u32;


@external("env", "proxy_get_buffer_bytes") export declare function getBuffer(
  buffer: u32,
  start: u32,
  length: u32,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_set_buffer_bytes") export declare function setBuffer(
  buffer: u32,
  start: u32,
  length: u32,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_continue_stream") export declare function continueStream(type: u32): u32;


@external("env", "proxy_close_stream") export declare function closeStream(type: u32): u32;


@external("env", "proxy_send_local_response") export declare function reply(
  status: u32,
  details: usize,
  detailsSize: usize,
  body: usize,
  bodySize: usize,
  headers: usize,
  headersSize: usize,
  grpcStatus: u32,
): u32;


@external("env", "proxy_http_call") export declare function httpCall(
  cluster: usize,
  clusterSize: usize,
  headers: usize,
  headersSize: usize,
  body: usize,
  bodySize: usize,
  trailers: usize,
  trailersSize: usize,
  timeout: u32,
  token: usize,
): u32;


@external("env", "proxy_grpc_call") export declare function grpcCall(
  cluster: usize,
  clusterSize: usize,
  service: usize,
  serviceSize: usize,
  method: usize,
  methodSize: usize,
  metadata: usize,
  metadataSize: usize,
  message: usize,
  messageSize: usize,
  timeout: u32,
  token: usize,
): u32;


@external("env", "proxy_grpc_stream") export declare function grpcStream(
  cluster: usize,
  clusterSize: usize,
  service: usize,
  serviceSize: usize,
  method: usize,
  methodSize: usize,
  metadata: usize,
  metadataSize: usize,
  token: usize,
): u32;


@external("env", "proxy_grpc_cancel") export declare function grpcCancel(token: u32): u32;


@external("env", "proxy_grpc_close") export declare function grpcClose(token: u32): u32;


@external("env", "proxy_grpc_send") export declare function grpcSend(
  token: u32,
  message: usize,
  size: usize,
  end: u32,
): u32;


@external("env", "proxy_get_shared_data") export declare function getShared(
  key: usize,
  keySize: usize,
  value: usize,
  size: usize,
  cas: usize,
): u32;


@external("env", "proxy_set_shared_data") export declare function setShared(
  key: usize,
  keySize: usize,
  value: usize,
  size: usize,
  cas: u32,
): u32;


@external("env", "proxy_register_shared_queue") export declare function registerQueue(
  name: usize,
  size: usize,
  token: usize,
): u32;


@external("env", "proxy_resolve_shared_queue") export declare function resolveQueue(
  vm: usize,
  vmSize: usize,
  name: usize,
  size: usize,
  token: usize,
): u32;


@external("env", "proxy_dequeue_shared_queue") export declare function dequeue(
  token: u32,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_enqueue_shared_queue") export declare function enqueue(
  token: u32,
  value: usize,
  size: usize,
): u32;


@external("env", "proxy_define_metric") export declare function defineMetric(
  type: u32,
  name: usize,
  size: usize,
  id: usize,
): u32;


@external("env", "proxy_increment_metric") export declare function incrementMetric(id: u32, offset: i64): u32;


@external("env", "proxy_record_metric") export declare function recordMetric(id: u32, value: u64): u32;


@external("env", "proxy_get_metric") export declare function getMetric(id: u32, value: usize): u32;
