import { proxy_set_effective_context as abi_set_effective_context } from "../abi/imports";
import { HostStream } from "../host/stream";
import { WasmResultValues } from "./enums";
import { continue_request } from "./host-calls";

/** Makes host calls act on another context. */
export function proxy_set_effective_context(_id: u32): WasmResultValues {
  return abi_set_effective_context(_id);
}

/** What root contexts and contexts have in common. */
export abstract class BaseContext {
  /** What the host layer records of it. */
  readonly host: HostStream = new HostStream();

  constructor(public context_id: u32) {
    this.host.id = context_id;
  }

  /** Resumes the request on which host calls act. */
  continueRequest(): void {
    continue_request();
  }

  /** The stream or the root context has ended. A root context that returns `false` calls `done` later. */
  onDone(): bool {
    return true;
  }

  /** The last callback. */
  onDelete(): void {}
}
