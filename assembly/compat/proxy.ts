import "../abi/abort";
import { refreshLogLevel } from "../host/log";
import { noteConfiguration, noteStreamEnd } from "../plugin/garbage";
import { enter, enterRootContext, leave } from "./callback";
import { endCall, forgetCalls } from "./http-calls";
import { beginContext, beginRoot, contextOf, forget, rootOf } from "./registry";

// The callbacks that the host calls: export them from the entry of a filter. An unknown context id is ignored.
export { proxy_on_memory_allocate } from "../abi/memory";
export * from "./proxy-streams";

/** Names the version of the ABI that the module implements. */
export function proxy_abi_version_0_2_1(): void {}

/** Begins a root context (`root_context_id` 0) or a stream. */
export function proxy_on_context_create(context_id: u32, root_context_id: u32): void {
  enterRootContext(root_context_id ? root_context_id : context_id);
  if (root_context_id) beginContext(context_id, root_context_id);
  else {
    refreshLogLevel();
    beginRoot(context_id);
  }
  leave();
}

/** The VM has started. */
export function proxy_on_vm_start(root_context_id: u32, configuration_size: u32): u32 {
  const root = rootOf(root_context_id);
  if (root === null) return 0;
  enterRootContext(root_context_id);
  const isStarted = root.onStart(configuration_size);
  leave();
  return isStarted ? 1 : 0;
}

/** Checks a configuration without using it. */
export function proxy_validate_configuration(root_context_id: u32, configuration_size: u32): u32 {
  const root = rootOf(root_context_id);
  if (root === null) return 0;
  enterRootContext(root_context_id);
  const isValid = root.validateConfiguration(configuration_size);
  leave();
  return isValid ? 1 : 0;
}

/** Reads a configuration; 0 refuses it. */
export function proxy_on_configure(root_context_id: u32, configuration_size: u32): u32 {
  const root = rootOf(root_context_id);
  if (root === null) return 0;
  enterRootContext(root_context_id);
  const isAccepted = root.onConfigure(configuration_size);
  noteConfiguration();
  leave();
  return isAccepted ? 1 : 0;
}

/** The tick period has passed. */
export function proxy_on_tick(root_context_id: u32): void {
  const root = rootOf(root_context_id);
  if (root === null) return;
  enterRootContext(root_context_id);
  refreshLogLevel();
  root.onTick();
  leave();
}

/** A function that the host offers beside the ABI calls back: no filter of this API has such a callback. */
export function proxy_on_foreign_function(root_context_id: u32, function_id: u32, data_size: u32): void {}

/** A queue has an item. */
export function proxy_on_queue_ready(root_context_id: u32, token: u32): void {
  const root = rootOf(root_context_id);
  if (root === null) return;
  enterRootContext(root_context_id);
  root.onQueueReady(token);
  leave();
}

/** The response to an HTTP call, or its failure. */
export function proxy_on_http_call_response(
  context_id: u32,
  token: u32,
  headers: u32,
  body_size: u32,
  trailers: u32,
): void {
  enterRootContext(context_id);
  endCall(token, headers, body_size, trailers);
  leave();
}

/** Metadata of a gRPC stream. */
export function proxy_on_grpc_receive_initial_metadata(context_id: u32, token: u32, headers: u32): void {
  const root = rootOf(context_id);
  if (root === null) return;
  enterRootContext(context_id);
  root.on_grpc_receive_initial_metadata(token, headers);
  leave();
}

/** Trailers of a gRPC stream. */
export function proxy_on_grpc_trailing_metadata(context_id: u32, token: u32, trailers: u32): void {
  const root = rootOf(context_id);
  if (root === null) return;
  enterRootContext(context_id);
  root.on_grpc_trailing_metadata(token, trailers);
  leave();
}

/** A message of a gRPC stream. */
export function proxy_on_grpc_receive(context_id: u32, token: u32, response_size: u32): void {
  const root = rootOf(context_id);
  if (root === null) return;
  enterRootContext(context_id);
  root.on_grpc_receive(token, response_size);
  leave();
}

/** The end of a gRPC stream. */
export function proxy_on_grpc_close(context_id: u32, token: u32, status_code: u32): void {
  const root = rootOf(context_id);
  if (root === null) return;
  enterRootContext(context_id);
  root.on_grpc_close(token, status_code);
  leave();
}

/** A stream or a root context has ended; 0 if the root context calls `done` later. */
export function proxy_on_done(context_id: u32): u32 {
  const context = contextOf(context_id);
  const root = context === null ? rootOf(context_id) : null;
  let isDone = true;
  if (context) {
    enter(context);
    // A reply to a stream that has ended would crash Envoy.
    context.host.hasReplied = true;
    isDone = context.onDone();
    leave();
  } else if (root) {
    enterRootContext(context_id);
    isDone = root.onDone();
    leave();
  }
  return isDone ? 1 : 0;
}

/** The last callback of a stream or a root context. */
export function proxy_on_delete(context_id: u32): void {
  const context = contextOf(context_id);
  const root = context === null ? rootOf(context_id) : null;
  if (context) {
    enter(context);
    context.onDelete();
    forgetCalls(context);
  } else if (root) {
    enterRootContext(context_id);
    root.onDelete();
    forgetCalls(root);
  } else return;
  forget(context_id);
  if (context) noteStreamEnd();
  else noteConfiguration();
  leave();
}
