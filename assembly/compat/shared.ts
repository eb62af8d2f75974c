import {
  proxy_dequeue_shared_queue,
  proxy_enqueue_shared_queue,
  proxy_get_shared_data,
  proxy_register_shared_queue,
  proxy_resolve_shared_queue,
  proxy_set_shared_data,
} from "../abi/imports";
import { expectBytes, RETURNED, returnedNumber } from "../abi/memory";
import { sliceOfBuffer, sliceSize, sliceStart } from "../bytes/slice";
import { copyOf, utf8 } from "./bytes";
import { WasmResultValues } from "./enums";

/** A value of shared data. */
export class SharedData {
  result: WasmResultValues = WasmResultValues.Ok;
  value: ArrayBuffer = new ArrayBuffer(0);
  /** The version, to write only if no other worker has written. */
  cas: u32 = 0;
}

/** The value of a key that all workers of one Envoy share, in VMs with the same `vm_id`. */
export function get_shared_data(key: string): SharedData {
  const name = utf8(key);
  const data = new SharedData();
  expectBytes();
  const status = proxy_get_shared_data(sliceStart(name), sliceSize(name), RETURNED, RETURNED + 4, RETURNED + 8);
  data.result = status;
  data.value = copyOf(status);
  if (status == WasmResultValues.Ok) data.cas = returnedNumber(8);
  return data;
}

/** Writes a value; with a version only if it is still the present one, else the result is `CasMismatch`. */
export function set_shared_data(key: string, value: ArrayBuffer, cas: u32 = 0): WasmResultValues {
  const name = utf8(key);
  const bytes = sliceOfBuffer(value);
  return proxy_set_shared_data(sliceStart(name), sliceSize(name), sliceStart(bytes), sliceSize(bytes), cas);
}

/** What a host function for a queue returns: a token, or an item. */
export class SharedQueueResult {
  result: WasmResultValues = WasmResultValues.Ok;
  token: u32 = 0;
  data: ArrayBuffer = new ArrayBuffer(0);
}

/** Registers a queue, whose items wake the root context (`onQueueReady`). */
export function register_shared_queue(queue_name: string): SharedQueueResult {
  const name = utf8(queue_name);
  return withToken(proxy_register_shared_queue(sliceStart(name), sliceSize(name), RETURNED));
}

/** Finds the queue of another VM. */
export function resolve_shared_queue(vm_id: string, queue_name: string): SharedQueueResult {
  const vm = utf8(vm_id);
  const name = utf8(queue_name);
  return withToken(
    proxy_resolve_shared_queue(sliceStart(vm), sliceSize(vm), sliceStart(name), sliceSize(name), RETURNED),
  );
}

/** Takes the first item of a queue. */
export function dequeue_shared_queue(token: u32): SharedQueueResult {
  const item = new SharedQueueResult();
  expectBytes();
  item.result = proxy_dequeue_shared_queue(token, RETURNED, RETURNED + 4);
  item.data = copyOf(item.result);
  return item;
}

/** Appends an item to a queue. */
export function enqueue_shared_queue(token: u32, data: ArrayBuffer): WasmResultValues {
  const bytes = sliceOfBuffer(data);
  return proxy_enqueue_shared_queue(token, sliceStart(bytes), sliceSize(bytes));
}

function withToken(status: WasmResultValues): SharedQueueResult {
  const queue = new SharedQueueResult();
  queue.result = status;
  if (status == WasmResultValues.Ok) queue.token = returnedNumber();
  return queue;
}
