import { AI_LOG_STATE } from "../../assembly/ai/contract";
import { LogFields } from "../../assembly/plugin/log-fields";
import { CheckSide } from "./checkers/check-piece";
import { Verdict } from "./checkers/verdict";

const fields = new LogFields(AI_LOG_STATE);

/**
 * Adds to the filter state `ai_log` what Higress logs: how long the checks of a request or a response took, what became of it (`result`:
 * `pass`, `deny`, `mask` or `error`), and what the service found. `words`: whether the words of the text that it names are logged, too.
 */
export function logCheck(checked: CheckSide, milliseconds: i64, result: string, verdict: Verdict, words: bool): void {
  const isRequest = checked == CheckSide.Request;
  fields.open();
  fields.integer(isRequest ? "safecheck_request_rt" : "safecheck_response_rt", milliseconds);
  // Higress's spelling.
  const side = isRequest ? (result == "deny" ? "reqeust " : "request ") : "response ";
  fields.text("safecheck_status", side + result);
  fields.bytes("safecheck_riskLabel", verdict.labels.slice);
  if (words) fields.bytes("safecheck_riskWords", verdict.words.slice);
  fields.close();
}
