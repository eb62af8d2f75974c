// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LOG_LEVELS, Status, type LogLevel } from "./abi.ts";
import type { Callout } from "./callouts.ts";
import type { RootContext } from "./contexts.ts";
import { HeaderMap, type HeaderPair } from "./header-map.ts";
import { HttpStream } from "./http-stream.ts";
import type { StreamOptions } from "./stream-options.ts";
import { SharedData } from "./shared-data.ts";
import { Vm } from "./vm.ts";

/** How a host is set up; everything has a default. */
export interface HostOptions {
  vmId?: string;
  /** Shared with other hosts that stand for other workers. */
  shared?: SharedData;
  logLevel?: LogLevel;
  /** Clusters that callouts may name; default only `upstream`. */
  clusters?: Iterable<string>;
  /** Whether the host is Higress's Envoy, which has calls for Redis; default stock Envoy. */
  isHigress?: boolean;
  /** The version of Envoy that plugins read; default: 1.40. */
  envoy?: [major: number, minor: number];
  /** False lets a plugin do what Envoy refuses; the violations are only noted. */
  strict?: boolean;
  /** Functions beside the host's that a module imports from `env`: of a module that counts what it does. */
  imports?: WebAssembly.ModuleImports;
}

/** The answer that a test gives to an HTTP callout. */
export interface CalloutReply {
  status?: number;
  headers?: HeaderPair[];
  body?: Buffer | string;
  trailers?: HeaderPair[];
}

/** The moment at which the clock of every host starts. */
export const START_MS = Date.UTC(2026, 0, 1);

const root = resolve(import.meta.dirname, "../..");
const compiled = new Map<string, WebAssembly.Module>();

/** Stock Envoy's Wasm host, in this process: one VM with its configurations, its clock and its streams. */
export class ProxyHost {
  readonly vm: Vm;
  readonly shared: SharedData;
  private nowNs = BigInt(START_MS) * 1_000_000n;
  private seed = 1;
  private started = false;
  private readonly strict: boolean;

  /** Loads a module; the path starts at the repository's root. */
  constructor(wasm: string, options: HostOptions = {}) {
    this.shared = options.shared ?? new SharedData();
    this.strict = options.strict ?? true;
    this.vm = new Vm(load(wasm), {
      vmId: options.vmId ?? "ai-gateway",
      shared: this.shared,
      logLevel: LOG_LEVELS.indexOf(options.logLevel ?? "debug"),
      clusters: new Set(options.clusters ?? ["upstream"]),
      isHigress: options.isHigress ?? false,
      envoy: options.envoy ?? [1, 40],
      now: () => this.nowNs,
      random: (target) => this.fillRandom(target),
      imports: options.imports ?? {},
    });
  }

  /** Configures a plugin anew, as Envoy does for a new configuration; null when the plugin refuses it. */
  configure(rootId: string, configuration: string | Buffer = ""): RootContext | null {
    const context = rootContext(this.vm.newContextId(), rootId, configuration);
    this.vm.contexts.set(context.id, context);
    this.callRoot(context, "proxy_on_context_create", [context.id, 0]);
    if (!this.started && this.callRoot(context, "proxy_on_vm_start", [context.id, 0], 1) === 0) return null;
    this.started = true;
    const accepted = this.callRoot(context, "proxy_on_configure", [context.id, context.configuration.length], 1) !== 0;
    context.configuring = false;
    this.check();
    return accepted ? context : null;
  }

  /** Ends a configuration that nothing uses any longer. */
  release(context: RootContext): void {
    this.callRoot(context, "proxy_on_done", [context.id], 1);
    this.callRoot(context, "proxy_on_delete", [context.id]);
    this.vm.contexts.delete(context.id);
    this.check();
  }

  /** Lets a root context come and go without a configuration: the kernel collects garbage when one goes. */
  collectGarbage(): void {
    const id = this.vm.newContextId();
    const context: RootContext = { ...rootContext(id, ""), configuring: false };
    this.vm.contexts.set(id, context);
    this.callRoot(context, "proxy_on_context_create", [id, 0]);
    this.release(context);
  }

  /** Begins a stream through the plugin of that configuration. */
  stream(context: RootContext, options: StreamOptions = {}): HttpStream {
    const places = [{ vm: this.vm, root: context }];
    const isUpstream = options.position === "upstream";
    return new HttpStream({ downstream: isUpstream ? [] : places, upstream: isUpstream ? places : [] }, options);
  }

  /** Moves the clock on and runs the ticks that fall due, each in its turn. */
  advance(milliseconds: number): void {
    const end = this.nowMs + milliseconds;
    for (;;) {
      const roots = [...this.vm.contexts.values()].filter((context) => context.kind === "root");
      const due = roots
        .filter((context) => context.tickPeriodMs > 0 && context.nextTickAt <= end)
        .sort((a, b) => a.nextTickAt - b.nextTickAt)[0];
      if (!due) break;
      this.nowNs = BigInt(Math.max(due.nextTickAt, this.nowMs)) * 1_000_000n;
      due.nextTickAt += due.tickPeriodMs;
      this.tick(due);
    }
    this.nowNs = BigInt(end) * 1_000_000n;
  }

  /** Moves the clock on while the worker is busy: ticks that fall due wait. */
  sleep(milliseconds: number): void {
    this.nowNs += BigInt(milliseconds) * 1_000_000n;
  }

  /** The VM ends as by a trap: no callback of it is called any more, and its streams break. */
  crash(): void {
    this.vm.crash();
  }

  /** Runs one tick now. */
  tick(context: RootContext): void {
    this.callRoot(context, "proxy_on_tick", [context.id]);
    this.check();
  }

  /** The calls to other services that wait for an answer, in the order they were made. */
  get callouts(): Callout[] {
    return [...this.vm.callouts.values()];
  }

  /** Answers an HTTP callout. */
  answer(call: Callout, reply: CalloutReply = {}): void {
    const headers = new HeaderMap([[":status", String(reply.status ?? 200)], ...(reply.headers ?? [])]);
    const body = Buffer.from((reply.body ?? "") as string);
    const trailers = reply.trailers ? new HeaderMap(reply.trailers) : null;
    call.root.callout = { headers, body, trailers };
    this.deliver(call, "proxy_on_http_call_response", [headers.size, body.length, trailers?.size ?? 0]);
    call.root.callout = null;
  }

  /** Lets an HTTP callout fail without any answer. */
  fail(call: Callout): void {
    call.root.status = { code: Status.BrokenConnection, message: "reset" };
    this.deliver(call, "proxy_on_http_call_response", [0, 0, 0]);
  }

  /** Answers a gRPC callout with a message. */
  answerGrpc(call: Callout, message: Buffer): void {
    call.root.grpc = { initialMetadata: null, message, trailingMetadata: null };
    this.deliver(call, "proxy_on_grpc_receive", [message.length]);
    call.root.grpc = null;
  }

  /** Ends a gRPC callout with an error status. */
  failGrpc(call: Callout, code: number, message: string): void {
    // Envoy adds where the answer came from.
    call.root.status = { code, message: `${message}{via_upstream}` };
    this.deliver(call, "proxy_on_grpc_close", [code]);
  }

  /** Throws what the plugin did that Envoy refuses or does not notice; every step of a test ends with it. */
  check(): void {
    if (!this.strict || this.vm.violations.length === 0) return;
    const violations = this.vm.violations.splice(0);
    throw new Error(`the plugin broke the rules of the host:\n  ${violations.join("\n  ")}`);
  }

  /** Makes what follows repeatable: the same random bytes and the same time again. */
  rewind(): void {
    this.seed = 1;
    this.nowNs = BigInt(START_MS) * 1_000_000n;
  }

  private get nowMs(): number {
    return Number(this.nowNs / 1_000_000n);
  }

  private deliver(call: Callout, callback: string, args: number[]): void {
    if (!this.vm.callouts.delete(call.token)) throw new Error(`callout ${call.token} was answered or cancelled before`);
    // The answer goes to the root context; where that is gone, Envoy has cancelled the call.
    if (this.vm.contexts.has(call.root.id)) this.callRoot(call.root, callback, [call.root.id, call.token, ...args]);
    this.check();
  }

  private callRoot(context: RootContext, callback: string, args: number[], otherwise = 0): number {
    const result = this.vm.call(context, callback, args, otherwise);
    this.vm.runAfterCall();
    return result;
  }

  // xorshift32: repeatable, and no byte is like the one before.
  private fillRandom(target: Buffer): void {
    for (let index = 0; index < target.length; index++) {
      this.seed ^= this.seed << 13;
      this.seed ^= this.seed >>> 17;
      this.seed ^= this.seed << 5;
      target[index] = this.seed & 0xff;
    }
  }
}

function load(wasm: string): WebAssembly.Module {
  const path = resolve(root, wasm);
  const bytes = readFileSync(path);
  const key = `${path} ${bytes.length} ${bytes.subarray(-64).toString("base64")}`;
  const module = compiled.get(key) ?? new WebAssembly.Module(bytes);
  compiled.set(key, module);
  return module;
}

function rootContext(id: number, rootId: string, configuration: string | Buffer = ""): RootContext {
  return {
    kind: "root",
    id,
    rootId,
    configuration: Buffer.from(configuration as string),
    configuring: true,
    tickPeriodMs: 0,
    nextTickAt: 0,
    prototypes: new Map(),
    callout: null,
    grpc: null,
    redis: null,
    status: { code: 0, message: "" },
  };
}
