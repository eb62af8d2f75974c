import { ABSENT, Slice, slicesEqual } from "../../bytes/slice";
import { jsonContent, jsonEquals, jsonFirst, jsonGet, jsonNext } from "../../json/value";

/** The most tools that a choice may name: OpenAI takes no more tools than this. */
const MOST_ALLOWED = 128;
const ALL = -1;

/** The names that the current request allows: read once, so that the work is linear in the request. */
const names = new StaticArray<Slice>(MOST_ALLOWED);

/**
 * The tools that a `tool_choice` of type `allowed_tools` leaves a model. A provider that has no such choice gets these tools alone.
 * https://developers.openai.com/api/docs/guides/function-calling
 */
export class AllowedTools {
  private count: i32 = ALL;

  /** Whether the choice names tools. */
  get isLimited(): bool {
    return this.count != ALL;
  }

  /** Reads the list in `member` of the choice, or in the choice itself for ""; `false` if it names no tool, or too many. */
  read(choice: Slice, member: string): bool {
    this.count = ALL;
    if (!jsonEquals(jsonGet(choice, "type"), "allowed_tools")) return true;
    const tools = jsonGet(member.length ? jsonGet(choice, member) : choice, "tools");
    this.count = 0;
    for (let tool = jsonFirst(tools); tool != ABSENT; tool = jsonNext(tools, tool)) {
      if (this.count == MOST_ALLOWED) return false;
      unchecked((names[this.count++] = jsonContent(nameOf(tool))));
    }
    return this.count > 0;
  }

  /** Whether the model may call the tool of a name, the content of a JSON string. */
  has(name: Slice): bool {
    if (this.count == ALL) return true;
    for (let i = 0; i < this.count; i++) if (slicesEqual(unchecked(names[i]), name)) return true;
    return false;
  }
}

/** The name in a tool of OpenAI's chats, or of its Responses. */
function nameOf(tool: Slice): Slice {
  const called = jsonGet(tool, "function");
  return jsonGet(called == ABSENT ? tool : called, "name");
}
