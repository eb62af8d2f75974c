import { Slice, sliceSize, sliceStartsWith } from "../../../bytes/slice";
import { jsonContent } from "../../../json/value";
import { FinishReason } from "../../hub/finish-reason";

// What the words begin with: `stop_sequence` and `eos_token` are TGI's, `normal` is Qianfan's, and some servers keep the words of another API.
const DONE: string[] = ["stop", "eos", "normal", "end_turn", "STOP", "COMPLETE"];
const CALLS: string[] = ["tool_calls", "function_call", "tool_use"];
/** The provider withheld the rest. `sensitive` is Zhipu's; Google adds its own reason behind a colon. */
const WITHHELD: string[] = ["content_filter", "sensitive", "refusal"];
/**
 * The provider failed: DeepSeek has no resources left, Zhipu no network, vLLM and SGLang were stopped, OpenRouter's and Mistral's
 * provider had an error, and Google cannot read a call that Gemini wrote.
 * https://api-docs.deepseek.com/api/create-chat-completion https://openrouter.ai/docs/api-reference/errors
 */
const BROKEN: string[] = ["insufficient_system_resource", "network_error", "abort", "error", "function_call_filter"];

/**
 * The reason of a `finish_reason`, a JSON value; `None` where there is none yet: DashScope sends `"null"`, a string. One that is not
 * known is `Length`: a response that is cut must not look whole.
 */
export function chatFinish(value: Slice): FinishReason {
  const word = jsonContent(value);
  if (!sliceSize(word) || sliceStartsWith(word, "null")) return FinishReason.None;
  if (isOneOf(word, DONE)) return FinishReason.Stop;
  if (isOneOf(word, CALLS)) return FinishReason.ToolCalls;
  if (isOneOf(word, WITHHELD)) return FinishReason.ContentFilter;
  return isOneOf(word, BROKEN) ? FinishReason.Failed : FinishReason.Length;
}

/** Whether a word begins with one of a list. */
function isOneOf(word: Slice, list: string[]): bool {
  for (let i = 0; i < list.length; i++) if (sliceStartsWith(word, list[i])) return true;
  return false;
}

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
