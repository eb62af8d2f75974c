import { FinishReason } from "../../hub/finish-reason";

/** OpenAI's `finish_reason`. https://platform.openai.com/docs/api-reference/chat/object */
export function finishName(reason: FinishReason): string {
  switch (reason) {
    case FinishReason.Length:
      return "length";
    case FinishReason.ToolCalls:
      return "tool_calls";
    case FinishReason.ContentFilter:
      return "content_filter";
    default:
      return "stop";
  }
}
