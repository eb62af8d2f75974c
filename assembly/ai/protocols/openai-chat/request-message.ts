import { ABSENT, Slice } from "../../../bytes/slice";
import { JsonFields } from "../../../json/fields";
import { JsonWalker } from "../../../json/walker";

/**
 * One message of a request for a chat: its members as JSON values, ABSENT where it lacks them.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
export class RequestMessage extends JsonFields {
  role: Slice = ABSENT;
  content: Slice = ABSENT;
  name: Slice = ABSENT;
  refusal: Slice = ABSENT;
  audio: Slice = ABSENT;
  annotations: Slice = ABSENT;
  toolCalls: Slice = ABSENT;
  toolCallId: Slice = ABSENT;
  functionCall: Slice = ABSENT;
  /** The reasoning as one text. */
  reasoning: Slice = ABSENT;
  /** The reasoning as OpenRouter lists it. */
  reasoningDetails: Slice = ABSENT;
  /** The reasoning as Anthropic's blocks. */
  thinkingBlocks: Slice = ABSENT;
  cacheControl: Slice = ABSENT;

  constructor() {
    super(offsetof<RequestMessage>());
  }

  protected take(walker: JsonWalker): void {
    if (walker.keyIs("role")) this.role = walker.value();
    else if (walker.keyIs("content")) this.content = walker.value();
    else if (walker.keyIs("name")) this.name = walker.value();
    else if (walker.keyIs("refusal")) this.refusal = walker.value();
    else if (walker.keyIs("audio")) this.audio = walker.value();
    else if (walker.keyIs("annotations")) this.annotations = walker.value();
    else if (walker.keyIs("tool_calls")) this.toolCalls = walker.value();
    else if (walker.keyIs("tool_call_id")) this.toolCallId = walker.value();
    else if (walker.keyIs("function_call")) this.functionCall = walker.value();
    else if (walker.keyIs("reasoning_content")) this.reasoning = walker.value();
    else if (walker.keyIs("reasoning")) this.addReasoning(walker.value());
    else if (walker.keyIs("reasoning_details")) this.reasoningDetails = walker.value();
    else if (walker.keyIs("thinking_blocks")) this.thinkingBlocks = walker.value();
    else if (walker.keyIs("cache_control")) this.cacheControl = walker.value();
    else walker.value();
  }

  private addReasoning(value: Slice): void {
    if (this.reasoning == ABSENT) this.reasoning = value;
  }
}
