import { AI_LOG_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { readQuoted } from "../../assembly/json/quoted";
import { JsonError } from "../../assembly/json/validate";
import { escapeJson } from "../../assembly/json/writer";
import { Verdict } from "./checkers/verdict";
import { CheckSide } from "./checkers/check-piece";

const KEPT_BYTES: i32 = 16384;

const state = new FilterState(AI_LOG_STATE);
const quoted = new ByteBuffer();
const source = new ByteBuffer();
const text = new ByteBuffer();
const number = new ByteBuffer();
const status = new ByteBuffer();
const document = new JsonDocument();
const edit = new JsonEdit();

/**
 * Adds to the filter state `ai_log` what Higress logs: how long the checks of a request or a response took, what became of it (`result`:
 * `pass`, `deny`, `mask` or `error`), and what the service found. `words`: whether the words of the text that it names are logged, too.
 */
export function logCheck(checked: CheckSide, milliseconds: i64, result: string, verdict: Verdict, words: bool): void {
  readState();
  number.clear();
  edit.begin(document);
  const isRequest = checked == CheckSide.Request;
  edit.set(isRequest ? "safecheck_request_rt" : "safecheck_response_rt", number.integer(milliseconds).slice);
  status.clear();
  // Higress's spelling.
  const side = isRequest ? (result == "deny" ? "reqeust " : "request ") : "response ";
  edit.setText("safecheck_status", status.text(side).text(result).slice);
  set("safecheck_riskLabel", verdict.labels.slice);
  if (words) set("safecheck_riskWords", verdict.words.slice);
  text.clear();
  edit.write(text);
  quoted.release(KEPT_BYTES);
  escapeJson(text.slice, quoted);
  state.set(quoted.slice);
  text.release(KEPT_BYTES);
}

function set(name: string, value: Slice): void {
  if (sliceSize(value)) edit.setText(name, value);
}

/** Reads the object that is in the state: empty if there is none. */
function readState(): void {
  const escaped = state.get();
  source.release(KEPT_BYTES);
  if (sliceSize(escaped) > 0) readQuoted(escaped, source);
  if (document.parse(source.slice) == JsonError.None && document.isObject) return;
  source.clear();
  document.parse(source.text("{}").slice);
}
