import { AI_LOG_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { FilterState } from "../../assembly/host/filter-state";
import { escapeJson, JsonWriter } from "../../assembly/json/writer";
import { Account } from "./account";

const KEPT_BYTES = 16 << 10;

const state = new FilterState(AI_LOG_STATE);
const text = new ByteBuffer();
const escaped = new ByteBuffer();
const writer = new JsonWriter(text);

/** Sets the filter state `ai_log`: a JSON object, escaped so that it can stand between the quotes of a JSON string. */
export function writeLog(account: Account): void {
  const usage = account.usage;
  writer.reset().beginObject();
  if (usage) {
    writer.key("input_token").integer(usage.prompt);
    writer.key("output_token").integer(usage.completion);
    writer.key("total_token").integer(usage.total);
  }
  writer.key("llm_service_duration").integer(account.duration).endObject();
  escaped.clear();
  escapeJson(text.slice, escaped);
  state.set(escaped.slice);
  text.release(KEPT_BYTES);
  escaped.release(KEPT_BYTES);
}
