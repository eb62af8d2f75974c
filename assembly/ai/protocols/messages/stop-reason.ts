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
