// SPDX-License-Identifier: Apache-2.0
import type { RootContext } from "../host/contexts.ts";
import type { Vm } from "../host/vm.ts";

/** Steps of the module per input byte, per event, and per exchange: a garbage collection may happen in it. */
const STEPS_PER_BYTE = 12;
const STEPS_PER_EVENT = 1_000;
const FREE_STEPS = 250_000;
/** A garbage collection may happen in any event. */
const LONGEST_EVENT = 50_000_000;
const CALLS_PER_EVENT = 4;
const FREE_CALLS = 160;

/** The maximum of each so far. */
export const most = { stepsPerByte: 0, callsPerEvent: 0, steps: 0, calls: 0 };

/** Measures the work of the module for one exchange, in steps of its code (if it counts them) and in host calls. */
export class Work {
  private steps = 0;
  private calls = 0;
  private events = 0;

  constructor(
    private readonly vm: Vm,
    private readonly context: RootContext,
  ) {}

  /** Runs one event; a module that counts its steps traps if they exceed the limit. */
  measure<T>(event: () => T): T {
    const { vm } = this;
    const before = vm.hostCalls;
    vm.call(this.context, "test_limit", [LONGEST_EVENT]);
    const result = event();
    this.events++;
    this.steps += vm.call(this.context, "test_steps", []);
    this.calls += vm.hostCalls - before;
    return result;
  }

  /** Returns the exceeded limits for this number of bytes. */
  faults(bytes: number): string[] {
    const { steps, calls, events } = this;
    most.steps = Math.max(most.steps, steps);
    most.calls = Math.max(most.calls, calls);
    most.stepsPerByte = Math.max(most.stepsPerByte, (steps - events * STEPS_PER_EVENT - FREE_STEPS) / bytes);
    most.callsPerEvent = Math.max(most.callsPerEvent, (calls - FREE_CALLS) / events);
    const found: string[] = [];
    if (steps > FREE_STEPS + events * STEPS_PER_EVENT + bytes * STEPS_PER_BYTE)
      found.push(`${steps} steps for ${bytes} bytes in ${events} events`);
    if (calls > FREE_CALLS + events * CALLS_PER_EVENT) found.push(`${calls} host calls in ${events} events`);
    return found;
  }
}
