import { ABSENT, Slice } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import {
  jsonEquals,
  jsonFirstKey,
  jsonGet,
  jsonInteger,
  jsonIsInteger,
  jsonKind,
  JsonKind,
  jsonMemberValue,
  jsonNextKey,
} from "../../../json/value";
import { effortOfBudget, effortOfName } from "../../hub/effort";
import { Effort, RequestSink } from "../../hub/request-sink";

/**
 * Reads `thinking` and `output_config` (effort and format) into a sink; `false` if it refused. Without `thinking` the
 * effort alone counts. https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 * https://platform.claude.com/docs/en/build-with-claude/effort
 */
export function readReasoning(request: JsonDocument, sink: RequestSink): bool {
  const config = request.get("output_config");
  const thinking = request.get("thinking");
  const type = jsonGet(thinking, "type");
  const named = jsonGet(config, "effort");
  if (jsonKind(thinking) != JsonKind.Object && jsonKind(thinking) != JsonKind.Null && thinking != ABSENT) {
    return sink.refuse("thinking must be an object.", "thinking");
  }
  sink.reasoningField = thinking == ABSENT ? "output_config.effort" : "thinking";
  dropOthers(config, sink);
  let isRead = true;
  if (jsonEquals(type, "disabled")) isRead = sink.reasoning(Effort.None, ABSENT);
  else if (jsonEquals(type, "enabled")) {
    const budget = jsonGet(thinking, "budget_tokens");
    if (!jsonIsInteger(budget)) return sink.refuse("budget_tokens must be an integer.", "thinking.budget_tokens");
    isRead = sink.reasoning(effortOfName(named, effortOfBudget(jsonInteger(budget, 0))), budget);
  } else if (jsonKind(type) == JsonKind.String && !jsonEquals(type, "adaptive")) {
    return sink.refuse("type must be enabled, adaptive or disabled.", "thinking.type");
  } else if (jsonKind(type) == JsonKind.String || jsonKind(named) == JsonKind.String) {
    isRead = sink.reasoning(effortOfName(named, Effort.Adaptive), ABSENT);
  }
  return isRead && readFormat(jsonGet(config, "format"), sink) && readFormat(request.get("output_format"), sink);
}

/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
function readFormat(format: Slice, sink: RequestSink): bool {
  const schema = jsonGet(format, "schema");
  if (format == ABSENT || jsonKind(format) == JsonKind.Null) return true;
  if (!jsonEquals(jsonGet(format, "type"), "json_schema")) {
    return sink.refuse("type must be json_schema.", "output_config.format.type");
  }
  if (jsonKind(schema) != JsonKind.Object) return sink.refuse("The schema must be an object.", "output_config.format");
  return sink.jsonSchema(ABSENT, ABSENT, schema, true);
}

/** Notes what else `output_config` says, such as `task_budget`. */
function dropOthers(config: Slice, sink: RequestSink): void {
  for (let key = jsonFirstKey(config); key != ABSENT;) {
    const value = jsonMemberValue(config, key);
    if (!jsonEquals(key, "effort") && !jsonEquals(key, "format")) sink.dropMember("output_config", key, value);
    key = jsonNextKey(config, value);
  }
}
