// SPDX-License-Identifier: Apache-2.0
import type { LogLevel } from "./abi.ts";
import type { Callout, GrpcStreamCallout, RedisCallout } from "./callouts.ts";
import { rootOf, type Context, type RootContext, type StreamContext } from "./contexts.ts";
import { GuestMemory } from "./guest-memory.ts";
import { heapUse, type HeapUse } from "./heap.ts";
import { hostImports } from "./imports/index.ts";
import { Metrics } from "./metrics.ts";
import type { SharedData } from "./shared-data.ts";

/** Where the kernel puts what the host hands over: `REGION_SIZE` of assembly/abi/memory.ts. */
const REGION_BYTES = 32 * 1024;

/** One line that the plugin logged. */
export interface LogLine {
  level: LogLevel;
  rootId: string;
  text: string;
}

/** What a VM is given from outside. */
export interface VmEnvironment {
  vmId: string;
  shared: SharedData;
  /** The level that `proxy_get_log_level` answers, by number. */
  logLevel: number;
  /** Clusters that callouts may name. */
  clusters: ReadonlySet<string>;
  /** Whether the host has the calls of Higress's Envoy. */
  isHigress: boolean;
  /** The version of Envoy. */
  envoy: readonly [major: number, minor: number];
  /** Nanoseconds since 1970. */
  now(): bigint;
  /** Fills with random bytes. */
  random(target: Buffer): void;
  /** Functions beside the host's. */
  imports: WebAssembly.ModuleImports;
}

/** One instance of a module with all that Envoy keeps around it: contexts, callouts, metrics, what to do after a call. */
export class Vm {
  readonly contexts = new Map<number, Context>();
  readonly callouts = new Map<number, Callout>();
  readonly grpcStreams = new Map<number, GrpcStreamCallout>();
  readonly redisCalls = new Map<number, RedisCallout>();
  /** How the module has told the host to reach Redis: the last call for each cluster. */
  readonly redisLogins = new Map<string, { username: string; password: string; timeoutMs: number }>();
  readonly logs: LogLine[] = [];
  readonly metrics = new Metrics();
  /** What a plugin must not do although Envoy would only answer with a status, or not at all. */
  readonly violations: string[] = [];
  readonly memory: GuestMemory;
  /** How many times the module has called the host. */
  hostCalls = 0;
  /** Told of each call by its name. */
  onHostCall: ((name: string) => void) | null = null;
  /** The context whose callback runs; none outside of callbacks. */
  current: Context | null = null;
  /** The export that runs, for messages. */
  callback = "";
  /** A local reply was sent in this callback: whatever it returns means "stop". */
  stopIteration = false;
  /** The module trapped: Envoy never enters it again, and makes a new VM for new streams (`FAIL_RELOAD`). */
  isDead = false;
  private effectiveId = 0;
  private nextContextId = 1;
  private readonly nextToken = { http: 4, grpc: 5, stream: 6, redis: 7 };
  private afterCall: (() => void)[] = [];
  private readonly exports: Record<string, (...args: number[]) => number | undefined>;
  private anchor = 0;
  /** Whether the module keeps a region for what it is handed, as the kernel does: a heap leaves space between blocks. */
  private keepsRegion = false;

  constructor(
    module: WebAssembly.Module,
    readonly environment: VmEnvironment,
  ) {
    const instance = new WebAssembly.Instance(module, hostImports(this));
    this.exports = instance.exports as unknown as Vm["exports"];
    const allocate = this.exports.proxy_on_memory_allocate ?? this.exports.malloc;
    if (!allocate) throw new Error("the module exports no proxy_on_memory_allocate");
    if (!this.exports.proxy_abi_version_0_2_1) throw new Error("the module does not export proxy_abi_version_0_2_1");
    this.memory = new GuestMemory(instance.exports.memory as unknown as WebAssembly.Memory, allocate as never);
    (this.exports._initialize ?? this.exports._start)?.();
    this.anchor = (allocate(16) as number) >>> 0;
    this.keepsRegion = (allocate(16) as number) >>> 0 === this.anchor + 16;
  }

  hasExport(name: string): boolean {
    return typeof this.exports[name] === "function";
  }

  newContextId(): number {
    return this.nextContextId++;
  }

  /** The two low bits of a callout's token say of which kind it is. */
  newToken(kind: (Callout | GrpcStreamCallout | RedisCallout)["kind"]): number {
    const token = this.nextToken[kind];
    this.nextToken[kind] += 4;
    return token;
  }

  /** The context that a host call acts on: the effective one, where it is still alive. */
  get context(): Context {
    const effective = this.effectiveId === 0 ? undefined : this.contexts.get(this.effectiveId);
    const context = effective ?? this.current;
    if (!context) throw new Error("a host call outside of a callback");
    return context;
  }

  /** The root of the context that a host call acts on. */
  get root(): RootContext {
    return rootOf(this.context);
  }

  /** The stream that a host call acts on; null on a root context. */
  get stream(): StreamContext | null {
    return this.context.kind === "stream" ? this.context : null;
  }

  setEffectiveContext(id: number): boolean {
    if (!this.contexts.has(id)) return false;
    this.effectiveId = id;
    return true;
  }

  /**
   * Calls an export in a context and then does what the callback asked to be done afterwards. An export that is not there
   * answers `otherwise`. A trap is an error: in Envoy it takes all streams of the worker with it.
   */
  call(context: Context, name: string, args: number[], otherwise = 0): number {
    const run = this.exports[name];
    if (!run || this.isDead) return otherwise;
    const saved = { current: this.current, effectiveId: this.effectiveId, callback: this.callback };
    this.current = context;
    this.effectiveId = 0;
    this.callback = name;
    this.stopIteration = false;
    let result: number;
    try {
      result = run(...args) ?? otherwise;
    } catch (error) {
      throw new Error(`trap in ${name}: ${(error as Error).message}${this.lastWords()}`, { cause: error });
    } finally {
      this.current = saved.current;
      this.effectiveId = saved.effectiveId;
      this.callback = saved.callback;
    }
    if (!this.current) this.afterOutermost();
    return result;
  }

  /** Takes away what a module must not rely on after a callback: the poisoned build exports its collector. */
  private afterOutermost(): void {
    if (this.keepsRegion) this.memory.poison(this.anchor, this.anchor + REGION_BYTES);
    this.exports.__collect?.();
  }

  /** Ends the module as a trap does; contexts, callouts and ticks end with it, shared data do not. */
  crash(): void {
    this.isDead = true;
    this.callouts.clear();
    this.grpcStreams.clear();
    this.redisCalls.clear();
    for (const context of this.contexts.values()) if (context.kind === "root") context.tickPeriodMs = 0;
  }

  /** Runs what callbacks left to be done: continuing a stream, a local reply. */
  runAfterCall(): void {
    this.stopIteration = false;
    for (let action = this.afterCall.shift(); action; action = this.afterCall.shift()) action();
  }

  doAfterCall(action: () => void): void {
    this.afterCall.push(action);
  }

  /** Notes what the plugin must not do. */
  violate(what: string): void {
    this.violations.push(`${this.callback}: ${what}`);
  }

  log(level: LogLevel, text: string): void {
    this.logs.push({ level, rootId: this.root.rootId, text });
  }

  /** What the module's allocator holds; exported by debug builds, else read from the heap itself; null if unknown. */
  heapUse(): HeapUse | null {
    const live = this.exports.__ai_heap_live;
    return live ? { blocks: 0, bytes: (live() as number) >>> 0 } : heapUse(this.memory, this.anchor);
  }

  private lastWords(): string {
    const line = this.logs.at(-1);
    return line?.level === "critical" ? ` (${line.text})` : "";
  }
}
