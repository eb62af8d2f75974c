import { proxy_log } from "./imports";

/**
 * Reports a failed assertion of ours at level critical and ends the VM: nothing that comes from outside may lead here. The line says
 * enough: without the column, which each call would pass, modules are smaller.
 */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const text = `abort: ${message ? message : ""} at ${file ? file : ""}:${line}`;
  const bytes = String.UTF8.encode(text);
  proxy_log(5, changetype<usize>(bytes), bytes.byteLength);
  unreachable();
}
