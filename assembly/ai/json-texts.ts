import { ABSENT, Slice } from "../bytes/slice";
import { jsonContent, JsonKind, jsonKind } from "../json/value";
import { MAX_DEPTH } from "../json/validate";
import { JsonWalker } from "../json/walker";
import { mediaTokens, sourceText } from "./media-tokens";
import { TextField, textField } from "./text-field";
import { TextSink } from "./text-sink";

/** What each message adds. https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken */
const MESSAGE: i64 = 4;

/** A container that is being read. */
export const enum Container {
  Object,
  Array,
  /** An array whose objects are messages. */
  Messages,
}

/** The open containers, the innermost last. */
const open = new StaticArray<Container>(MAX_DEPTH);

/**
 * Passes the texts of a JSON value to a sink: strings of any depth whose key does not say that they are something else. Of a prompt also
 * messages, media and token ids count. Takes linear time.
 */
export class JsonTexts {
  constructor(
    private readonly sink: TextSink,
    private readonly isPrompt: bool,
  ) {}

  /** Reads the value to which the walker has come. */
  read(walker: JsonWalker, hasMessages: bool = false): void {
    if (walker.enterArray()) this.readContainer(walker, hasMessages ? Container.Messages : Container.Array);
    else if (walker.enterObject()) this.readContainer(walker, Container.Object);
    else this.scalar(walker.value());
  }

  /** Adds a piece of JSON that is read as it stands, or the content of a string. */
  text(piece: Slice): void {
    this.sink.pushJson(piece);
    // The pieces of a response continue each other.
    if (this.isPrompt) this.sink.endText();
  }

  /** Reads to the end of the container that the walker has entered. */
  private readContainer(walker: JsonWalker, outermost: Container): void {
    let depth = 0;
    unchecked((open[0] = outermost));
    while (depth >= 0) {
      const container = unchecked(open[depth]);
      const isObject = container == Container.Object;
      if (!(isObject ? walker.nextMember() : walker.nextElement())) {
        depth--;
        continue;
      }
      const field = isObject ? textField(walker.key) : TextField.Text;
      if (field == TextField.None) walker.value();
      else if (field == TextField.Json) this.text(walker.value());
      else if (field == TextField.Media || field == TextField.Image)
        this.media(walker.value(), field == TextField.Image);
      else if (walker.enterObject()) {
        if (container == Container.Messages) this.sink.add(MESSAGE);
        unchecked((open[++depth] = Container.Object));
      } else if (walker.enterArray()) {
        unchecked((open[++depth] = isObject && walker.keyIs("messages") ? Container.Messages : Container.Array));
      } else this.scalar(walker.value());
    }
  }

  private media(value: Slice, isImage: bool): void {
    if (!this.isPrompt) return;
    const text = sourceText(value);
    if (text == ABSENT) this.sink.add(mediaTokens(isImage, value));
    else this.text(text);
  }

  /** A string is text; a number is a token, as in the prompts of completions and embeddings. */
  private scalar(value: Slice): void {
    const kind = jsonKind(value);
    if (kind == JsonKind.String) this.text(jsonContent(value));
    else if (kind == JsonKind.Number && this.isPrompt) this.sink.add(1);
  }
}
