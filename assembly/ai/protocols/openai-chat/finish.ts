import { indexOfByte, Slice, sliceSize, subslice } from "../../../bytes/slice";
import { jsonContent, jsonEquals } from "../../../json/value";
import { FinishReason } from "../../hub/finish-reason";
import { NameClasses } from "../../name-classes";

const COLON = 0x3a;

// Made for the first chat that is read: a build without such chats has none of it.
let reasons: NameClasses | null = null;

/**
 * The words of providers: OpenAI's, TGI's `stop_sequence` and `eos_token`, Qianfan's `normal`, and those that some servers keep from another
 * API. `sensitive` is Zhipu's filter. A provider failed: DeepSeek has no resources left, Zhipu no network, vLLM and SGLang were stopped,
 * OpenRouter's and Mistral's provider had an error, and Google cannot read a call that Gemini wrote.
 * https://api-docs.deepseek.com/api/create-chat-completion https://openrouter.ai/docs/api-reference/errors
 */
function newReasons(): NameClasses {
  return new NameClasses()
    .add(FinishReason.Stop, "stop stop_sequence eos eos_token normal end_turn STOP COMPLETE")
    .add(FinishReason.ToolCalls, "tool_calls function_call tool_use")
    .add(FinishReason.ContentFilter, "content_filter sensitive refusal")
    .add(FinishReason.Failed, "insufficient_system_resource network_error abort aborted error function_call_filter");
}

/**
 * The reason of a `finish_reason`, a JSON value; `None` where there is none yet: DashScope sends `"null"`, a string. One that is not
 * known is `Length`: a response that is cut must not look whole.
 */
export function chatFinish(value: Slice): FinishReason {
  // Google adds its own reason behind a colon.
  const colon = indexOfByte(value, COLON, 0);
  const known = reasons ? reasons! : newReasons();
  reasons = known;
  const reason = known.of(colon < 0 ? value : subslice(value, 0, colon + 1));
  if (reason) return reason;
  return !sliceSize(jsonContent(value)) || jsonEquals(value, "null") ? FinishReason.None : FinishReason.Length;
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
