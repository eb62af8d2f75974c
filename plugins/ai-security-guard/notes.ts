import { Slice, sliceOfBuffer, sliceToString } from "../../assembly/bytes/slice";
import { log, LogLevel } from "../../assembly/host/log";
import { Counter } from "../../assembly/host/metric";
import { CounterFamily } from "../../assembly/host/metric-family";
import { Labels } from "../../assembly/host/metric-labels";
import { Check } from "./check";
import { CheckSide } from "./checkers/check-piece";

// Higress's names.
const requestDenied = new Counter("ai_sec_request_deny");
const responseDenied = new Counter("ai_sec_response_deny");
const requestMasked = new Counter("ai_sec_request_mask");
const failures = new CounterFamily("ai_security_guard_failures_total");
const alerts = new CounterFamily("ai_security_guard_alerts_total");
const labels = new Labels();

/** Counts a call without a verdict; the first one of a check is logged. */
export function noteFailure(check: Check, side: CheckSide, reason: Slice): void {
  failures.add(labelsOf(check, side));
  if (check.hasWarned) return;
  check.hasWarned = true;
  const then = check.blocksOnError ? "its texts are refused" : "its texts pass";
  log(LogLevel.Warn, `ai-security-guard: the check "${check.name}" has no verdict (${sliceToString(reason)}): ${then}`);
}

/** Counts a text that passes although a checker blocks it. */
export function noteAlert(check: Check, side: CheckSide): void {
  alerts.add(labelsOf(check, side));
}

/** Counts a request or a response that is refused. */
export function countDenied(side: CheckSide): void {
  if (side == CheckSide.Request) requestDenied.add();
  else responseDenied.add();
}

/** Counts a request whose text was masked. */
export function countMasked(side: CheckSide): void {
  if (side == CheckSide.Request) requestMasked.add();
}

function labelsOf(check: Check, side: CheckSide): Labels {
  const name = String.UTF8.encode(check.name);
  return labels
    .clear()
    .add("check", sliceOfBuffer(name))
    .addText("side", side == CheckSide.Request ? "request" : "response");
}
