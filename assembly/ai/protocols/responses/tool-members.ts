import { ABSENT, Slice } from "../../../bytes/slice";
import { JsonFields } from "../../../json/fields";
import { JsonKind, jsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";

/** The members of one tool as JSON values, ABSENT where it lacks them. */
export class ToolMembers extends JsonFields {
  type: Slice = ABSENT;
  name: Slice = ABSENT;
  description: Slice = ABSENT;
  parameters: Slice = ABSENT;
  strict: Slice = ABSENT;
  format: Slice = ABSENT;
  tools: Slice = ABSENT;
  /** The key of another member, which chats do not have. */
  other: Slice = ABSENT;

  constructor() {
    super(offsetof<ToolMembers>());
  }

  protected take(walker: JsonWalker): void {
    if (walker.keyIs("type")) this.type = walker.value();
    else if (walker.keyIs("name")) this.name = walker.value();
    else if (walker.keyIs("description")) this.description = walker.value();
    else if (walker.keyIs("parameters")) this.parameters = walker.value();
    else if (walker.keyIs("strict")) this.strict = walker.value();
    else if (walker.keyIs("format")) this.format = walker.value();
    else if (walker.keyIs("tools")) this.tools = walker.value();
    else {
      const key = walker.key;
      if (jsonKind(walker.value()) != JsonKind.Null) this.other = key;
    }
  }
}
