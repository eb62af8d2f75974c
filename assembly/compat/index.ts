// The API of @solo-io/proxy-runtime 0.1.8 (https://github.com/solo-io/proxy-runtime): the names of its `index` and `runtime`, without those
// that only its own callbacks use.
export { BaseContext, proxy_set_effective_context } from "./base-context";
export { Context, RootContext } from "./contexts";
export * from "./enums";
export {
  add_header_map_value,
  add_header_map_value_string,
  get_header_map_size,
  get_header_map_value,
  HeaderPair,
  Headers,
  remove_header_map_value,
  remove_header_map_value_string,
  replace_header_map_value,
  replace_header_map_value_string,
  stream_context,
} from "./headers";
export * from "./host-calls";
export { HttpCallback } from "./http-calls";
export { Counter, define_metric, Gauge, get_metric, Histogram, increment_metric, record_metric } from "./metrics";
export { registerRootContext } from "./registry";
export {
  dequeue_shared_queue,
  enqueue_shared_queue,
  get_shared_data,
  register_shared_queue,
  resolve_shared_queue,
  set_shared_data,
} from "./shared";
