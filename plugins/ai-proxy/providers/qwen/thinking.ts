import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { jsonEquals, jsonGet, jsonIsInteger, jsonKind, JsonKind } from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Exchange } from "../../exchange";
import { checkType, present, Type } from "./type";

/** Whether the model thinks before it writes. */
const enum Switch {
  /** The request does not say; the model's default applies. */
  Unset,
  On,
  Off,
}

/**
 * Writes `enable_thinking`, `thinking_budget` and `reasoning_effort`. DashScope's own `enable_thinking` decides; without
 * it the first of these does: `thinking` (Anthropic, DeepSeek), `chat_template_kwargs` (vLLM), `reasoning_effort: none`
 * (OpenAI). `false` when `exchange.refuse` said why not.
 */
export function writeThinking(exchange: Exchange, request: JsonDocument, writer: JsonWriter): bool {
  const own = present(request, "enable_thinking");
  const budget = present(request, "thinking_budget");
  const effort = present(request, "reasoning_effort");
  const thinking = present(request, "thinking");
  if (own != ABSENT && !checkType(exchange, "enable_thinking", Type.Boolean, own)) return false;
  if (budget != ABSENT && !checkType(exchange, "thinking_budget", Type.Integer, budget)) return false;
  if (effort != ABSENT && !checkType(exchange, "reasoning_effort", Type.Text, effort)) return false;
  if (own != ABSENT) writer.key("enable_thinking").raw(own);
  else writeSwitch(switchOf(thinking, present(request, "chat_template_kwargs"), effort), writer);
  if (effort != ABSENT && !jsonEquals(effort, "none")) writer.key("reasoning_effort").raw(effort);
  const tokens = budget == ABSENT ? jsonGet(thinking, "budget_tokens") : budget;
  if (jsonIsInteger(tokens)) writer.key("thinking_budget").raw(tokens);
  return true;
}

/** https://docs.vllm.ai/en/latest/features/reasoning_outputs/, https://api-docs.deepseek.com/guides/thinking_mode */
function switchOf(thinking: Slice, templateArguments: Slice, effort: Slice): Switch {
  const type = jsonGet(thinking, "type");
  if (jsonEquals(type, "disabled")) return Switch.Off;
  if (jsonEquals(type, "enabled")) return Switch.On;
  const byTemplate = jsonKind(jsonGet(templateArguments, "enable_thinking"));
  if (byTemplate == JsonKind.False) return Switch.Off;
  if (byTemplate == JsonKind.True) return Switch.On;
  return jsonEquals(effort, "none") ? Switch.Off : Switch.Unset;
}

function writeSwitch(choice: Switch, writer: JsonWriter): void {
  if (choice != Switch.Unset) writer.key("enable_thinking").boolean(choice == Switch.On);
}
