import { Slice, sliceSize } from "../../../bytes/slice";
import { jsonContent, jsonEquals } from "../../../json/value";
import { FinishReason } from "../../hub/finish-reason";

/** Anthropic's `stop_reason`. https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
export function stopReason(reason: FinishReason): string {
  switch (reason) {
    case FinishReason.Length:
      return "max_tokens";
    case FinishReason.ToolCalls:
      return "tool_use";
    case FinishReason.ContentFilter:
      return "refusal";
    default:
      return "end_turn";
  }
}

/** The reason that a `stop_reason`, a JSON value, stands for; `None` where there is none yet. */
export function finishOf(reason: Slice): FinishReason {
  if (!sliceSize(jsonContent(reason))) return FinishReason.None;
  if (jsonEquals(reason, "tool_use")) return FinishReason.ToolCalls;
  if (jsonEquals(reason, "end_turn") || jsonEquals(reason, "stop_sequence")) return FinishReason.Stop;
  // `max_tokens`, `model_context_window_exceeded`, `pause_turn`, which is to be continued, and what is not known: all are cut.
  return jsonEquals(reason, "refusal") ? FinishReason.ContentFilter : FinishReason.Length;
}
