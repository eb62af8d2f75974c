import { LogLevel, Status } from "../abi/enums";
import { proxy_get_log_level, proxy_log } from "../abi/imports";
import { RETURNED, returnedNumber } from "../abi/memory";
import { sliceSize, sliceStart } from "../bytes/slice";
import { encoded } from "./scratch";

export { LogLevel } from "../abi/enums";

let level: u32 = LogLevel.Info;

/** Asks the host for its log level, which an operator may change at any time. */
export function refreshLogLevel(): void {
  if (proxy_get_log_level(RETURNED) == Status.Ok) level = returnedNumber();
}

/** Whether a line of this severity would be written: ask before building it. */
// @ts-ignore: decorator
@inline
export function logs(severity: LogLevel): bool {
  return <u32>severity >= level;
}

/** Writes a line into the host's log. Never give it a key, a body or a header's value. */
export function log(severity: LogLevel, line: string): void {
  if (!logs(severity)) return;
  const bytes = encoded(line);
  proxy_log(severity, sliceStart(bytes), sliceSize(bytes));
}
