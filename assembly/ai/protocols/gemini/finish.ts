import { Slice } from "../../../bytes/slice";
import { jsonEquals, jsonKind, JsonKind } from "../../../json/value";
import { FinishReason } from "../../hub/finish-reason";

/** The reasons of responses that the model began and could not write: they are errors, which a client may try again. */
const FAILURES: string[] = [
  "MALFORMED_FUNCTION_CALL",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
  "MISSING_THOUGHT_SIGNATURE",
  "MALFORMED_RESPONSE",
];

/** The reason of a `finishReason`, a JSON value; `None` where there is none. https://ai.google.dev/api/generate-content#FinishReason */
export function geminiFinish(value: Slice): FinishReason {
  if (jsonKind(value) != JsonKind.String || jsonEquals(value, "FINISH_REASON_UNSPECIFIED")) return FinishReason.None;
  if (jsonEquals(value, "STOP")) return FinishReason.Stop;
  // What is left is about safety, recitation, languages and the like: the rest is withheld.
  return jsonEquals(value, "MAX_TOKENS") ? FinishReason.Length : FinishReason.ContentFilter;
}

/** Whether a `finishReason` says that the response has failed. */
export function isGeminiFailure(value: Slice): bool {
  for (let i = 0; i < FAILURES.length; i++) if (jsonEquals(value, FAILURES[i])) return true;
  return false;
}
