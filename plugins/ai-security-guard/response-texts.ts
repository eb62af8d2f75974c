import { PromptRole } from "../../assembly/ai/prompt/role";
import { ResponseTexts } from "../../assembly/ai/response-texts";
import { TextSink } from "../../assembly/ai/text-sink";
import { byteAt, Slice, sliceOf, sliceSize, sliceStart } from "../../assembly/bytes/slice";
import { jsonContent, JsonKind, jsonKind } from "../../assembly/json/value";
import { CheckedPath } from "./checked-path";
import { CheckTask } from "./check-task";
import { TextList } from "./text-list";

const LINE_END: u32 = 0x0a;
const QUOTE: u32 = 0x22;
const OPEN_OBJECT: u32 = 0x7b;
const OPEN_ARRAY: u32 = 0x5b;

/** The texts of a whole response: content, reasoning, and tool calls, of all choices. */
export class WholeTexts extends TextSink {
  readonly list: TextList = new TextList();
  private readonly texts: ResponseTexts = new ResponseTexts(this);
  private body: Slice = 0;
  private message: i32 = 0;

  /** Reads the valid JSON of a response, or what is at the first of some paths that has a text. */
  read(body: Slice, paths: CheckedPath[]): void {
    this.body = body;
    this.reset();
    for (let i = 0; i < paths.length && !this.list.count; i++) {
      const value = paths[i].find(body);
      if (jsonKind(value) == JsonKind.String) this.pushJson(jsonContent(value));
    }
    if (!this.list.count) this.texts.read(body);
  }

  /** Appends the texts to a task, on lines of their own. */
  write(task: CheckTask): void {
    const list = this.list;
    for (let i = 0; i < list.count; i++) {
      if (i) task.text.byte(LINE_END);
      task.text.append(list.contentOf(list.at(i)));
    }
  }

  override pushJson(text: Slice): void {
    this.list.addText(text, this.message++, PromptRole.Assistant, canChange(text));
  }

  override endText(): void {}

  override add(tokens: i64): void {}

  override reset(): void {
    this.list.begin(this.body);
    this.message = 0;
  }
}

/** Whether the text is the content of a string that is no JSON itself: arguments must stay JSON. */
function canChange(text: Slice): bool {
  if (!sliceSize(text)) return false;
  const first = byteAt(text, 0);
  const before = byteAt(sliceOf(sliceStart(text) - 1, 1), 0);
  return before == QUOTE && first != OPEN_OBJECT && first != OPEN_ARRAY;
}
