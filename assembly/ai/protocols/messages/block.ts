import { ABSENT, Slice } from "../../../bytes/slice";
import { JsonFields } from "../../../json/fields";
import { JsonWalker } from "../../../json/walker";

/**
 * One content block of a message, of any type: its members as JSON values, ABSENT where it lacks them.
 * https://platform.claude.com/docs/en/api/messages
 */
export class Block extends JsonFields {
  type: Slice = ABSENT;
  text: Slice = ABSENT;
  source: Slice = ABSENT;
  id: Slice = ABSENT;
  name: Slice = ABSENT;
  input: Slice = ABSENT;
  toolUseId: Slice = ABSENT;
  content: Slice = ABSENT;
  isError: Slice = ABSENT;
  thinking: Slice = ABSENT;
  signature: Slice = ABSENT;
  data: Slice = ABSENT;
  title: Slice = ABSENT;
  context: Slice = ABSENT;
  citations: Slice = ABSENT;
  cacheControl: Slice = ABSENT;

  constructor() {
    super(offsetof<Block>());
  }

  protected take(walker: JsonWalker): void {
    if (walker.keyIs("type")) this.type = walker.value();
    else if (walker.keyIs("text")) this.text = walker.value();
    else if (walker.keyIs("source")) this.source = walker.value();
    else if (walker.keyIs("id")) this.id = walker.value();
    else if (walker.keyIs("name")) this.name = walker.value();
    else if (walker.keyIs("input")) this.input = walker.value();
    else if (walker.keyIs("tool_use_id")) this.toolUseId = walker.value();
    else if (walker.keyIs("content")) this.content = walker.value();
    else if (walker.keyIs("is_error")) this.isError = walker.value();
    else if (walker.keyIs("thinking")) this.thinking = walker.value();
    else if (walker.keyIs("signature")) this.signature = walker.value();
    else if (walker.keyIs("data")) this.data = walker.value();
    else if (walker.keyIs("title")) this.title = walker.value();
    else if (walker.keyIs("context")) this.context = walker.value();
    else if (walker.keyIs("citations")) this.citations = walker.value();
    else if (walker.keyIs("cache_control")) this.cacheControl = walker.value();
    else walker.value();
  }
}
