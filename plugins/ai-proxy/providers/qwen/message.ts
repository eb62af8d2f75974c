import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import { JsonFields } from "../../../../assembly/json/fields";
import { jsonEquals, jsonKind, JsonKind } from "../../../../assembly/json/value";
import { JsonWalker } from "../../../../assembly/json/walker";

/** One message of an OpenAI request, read in one go; what is absent or `null` is ABSENT. */
export class ClientMessage extends JsonFields {
  /** `role`. */
  role: Slice = ABSENT;
  /** `content`: a string, or a list of parts. */
  content: Slice = ABSENT;
  /** `refusal`. */
  refusal: Slice = ABSENT;
  /** `annotations`. */
  annotations: Slice = ABSENT;
  /** `tool_calls`. */
  toolCalls: Slice = ABSENT;
  /** `function_call`. */
  functionCall: Slice = ABSENT;
  /** `tool_call_id`. */
  toolCallId: Slice = ABSENT;
  /** `name`. */
  name: Slice = ABSENT;
  /** `reasoning_content`. */
  reasoning: Slice = ABSENT;
  /** `partial`. */
  partial: Slice = ABSENT;

  constructor() {
    super(offsetof<ClientMessage>());
  }

  /** Whether it is an instruction, by its old name or by its new one. */
  get isSystem(): bool {
    return jsonEquals(this.role, "system") || jsonEquals(this.role, "developer");
  }

  /** Whether it has a role that DashScope knows by the same name. */
  get hasSharedRole(): bool {
    const role = this.role;
    return jsonEquals(role, "user") || jsonEquals(role, "assistant") || jsonEquals(role, "tool");
  }

  protected take(walker: JsonWalker): void {
    if (walker.keyIs("role")) this.role = present(walker);
    else if (walker.keyIs("content")) this.content = present(walker);
    else if (walker.keyIs("tool_calls")) this.toolCalls = present(walker);
    else if (walker.keyIs("tool_call_id")) this.toolCallId = present(walker);
    else if (walker.keyIs("name")) this.name = present(walker);
    else if (walker.keyIs("reasoning_content")) this.reasoning = present(walker);
    else if (walker.keyIs("partial")) this.partial = present(walker);
    else if (walker.keyIs("annotations")) this.annotations = present(walker);
    else if (walker.keyIs("refusal")) this.refusal = present(walker);
    else if (walker.keyIs("function_call")) this.functionCall = present(walker);
    else walker.value();
  }
}

function present(walker: JsonWalker): Slice {
  const value = walker.value();
  return jsonKind(value) == JsonKind.Null ? ABSENT : value;
}
