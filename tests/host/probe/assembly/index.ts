// SPDX-License-Identifier: Apache-2.0
// A plugin that does what its configuration says and logs what the host answered. The configuration is a script, one
// line a callback: `request_headers: get 0 :path; set 0 x-a b; return 1`.
import * as host from "./imports";
import { OUT, OUT_SIZE, Text, reset, take } from "./memory";
import { run } from "./operations";

const scripts = new Map<u32, Map<string, string>>();
const roots = new Map<u32, u32>();
let lastStream: u32 = 0;

function say(text: string): void {
  const line = new Text(text);
  host.log(2, line.at, line.size);
}

function rootOf(id: u32): u32 {
  const root = roots.has(id) ? roots.get(id) : 0;
  return root == 0 ? id : root;
}

/** Runs the script of one callback and gives back what its `return` says, or `otherwise`. */
function play(id: u32, callback: string, otherwise: u32 = 0): u32 {
  const root = rootOf(id);
  if (!scripts.has(root)) return otherwise;
  const script = scripts.get(root);
  if (!script.has(callback)) return otherwise;
  let result = otherwise;
  const operations = script.get(callback).split("; ");
  for (let i = 0; i < operations.length; i++) {
    const words = operations[i].trim().split(" ");
    if (words[0] == "return") result = <u32>parseInt(words[1]);
    else say(callback + " " + words.join(" ") + " -> " + run(words, id == root ? lastStream : id, root));
  }
  return result;
}

function readConfiguration(size: u32): string {
  reset();
  host.getBuffer(7, 0, size, OUT, OUT_SIZE);
  const at = load<usize>(OUT);
  if (at == 0) return "";
  const text = String.UTF8.decodeUnsafe(at, load<usize>(OUT_SIZE));
  heap.free(at);
  return text;
}

export function proxy_abi_version_0_2_1(): void {}
export function proxy_on_memory_allocate(size: u32): usize {
  return heap.alloc(size);
}
export function proxy_on_context_create(id: u32, root: u32): void {
  roots.set(id, root);
  if (root != 0) lastStream = id;
}
export function proxy_on_vm_start(_id: u32, _size: u32): u32 {
  return 1;
}
export function proxy_on_configure(id: u32, size: u32): u32 {
  const script = new Map<string, string>();
  const lines = readConfiguration(size).split("\n");
  for (let i = 0; i < lines.length; i++) {
    const border = lines[i].indexOf(": ");
    if (border > 0) script.set(lines[i].slice(0, border), lines[i].slice(border + 2));
  }
  scripts.set(id, script);
  return play(id, "configure", 1);
}
export function proxy_on_tick(id: u32): void {
  play(id, "tick");
}
export function proxy_on_queue_ready(id: u32, token: u32): void {
  say("queue_ready " + token.toString());
  play(id, "queue_ready");
}
export function proxy_on_request_headers(id: u32, _count: u32, end: u32): u32 {
  return play(id, end ? "request_headers_end" : "request_headers");
}
export function proxy_on_request_body(id: u32, _size: u32, end: u32): u32 {
  return play(id, end ? "request_body_end" : "request_body");
}
export function proxy_on_request_trailers(id: u32, _count: u32): u32 {
  return play(id, "request_trailers");
}
export function proxy_on_response_headers(id: u32, _count: u32, end: u32): u32 {
  return play(id, end ? "response_headers_end" : "response_headers");
}
export function proxy_on_response_body(id: u32, _size: u32, end: u32): u32 {
  return play(id, end ? "response_body_end" : "response_body");
}
export function proxy_on_response_trailers(id: u32, _count: u32): u32 {
  return play(id, "response_trailers");
}
export function proxy_on_http_call_response(id: u32, _token: u32, headers: u32, size: u32, trailers: u32): void {
  say("callout headers=" + (headers > 0).toString() + " size=" + size.toString() + " trailers=" + trailers.toString());
  play(id, "callout");
}
export function proxy_on_grpc_receive_initial_metadata(id: u32, _token: u32, _count: u32): void {
  play(id, "grpc_headers");
}
export function proxy_on_grpc_receive(id: u32, _token: u32, size: u32): void {
  say("grpc_receive size=" + size.toString());
  play(id, "grpc_receive");
}
export function proxy_on_grpc_receive_trailing_metadata(id: u32, _token: u32, _count: u32): void {
  play(id, "grpc_trailers");
}
export function proxy_on_grpc_close(id: u32, _token: u32, status: u32): void {
  say("grpc_close status=" + status.toString());
  play(id, "grpc_close");
}
export function proxy_on_log(id: u32): void {
  play(id, "log");
}
export function proxy_on_done(id: u32): u32 {
  return play(id, "done", 1);
}
export function proxy_on_delete(id: u32): void {
  play(id, "delete");
  roots.delete(id);
  scripts.delete(id);
}

/** Ends the VM on a failed assertion: the host counts it as a trap. */
export function abort(message: string | null, _file: string | null, line: u32, _column: u32): void {
  say("abort " + (message ? message : "") + " line " + line.toString());
  unreachable();
}
