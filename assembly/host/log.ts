import { LogLevel, Status } from "../abi/enums";
import { proxy_get_log_level, proxy_log } from "../abi/imports";
import { RETURNED, returnedNumber } from "../abi/memory";
import { sliceSize, sliceStart } from "../bytes/slice";
import { encoded } from "./scratch";

export { LogLevel } from "../abi/enums";

let level: u32 = LogLevel.Info;

/** Reads the log level of the host, which an operator can change at any time. */
export function refreshLogLevel(): void {
  if (proxy_get_log_level(RETURNED) == Status.Ok) level = returnedNumber();
}

/** Whether a line of this severity is written: check it before building the line. */
// @ts-ignore: decorator
@inline
export function logs(severity: LogLevel): bool {
  return <u32>severity >= level;
}

/** Writes a line to the host's log. It must not contain an API key, a body or the value of a header. */
export function log(severity: LogLevel, line: string): void {
  if (!logs(severity)) return;
  const bytes = encoded(line);
  proxy_log(severity, sliceStart(bytes), sliceSize(bytes));
}
