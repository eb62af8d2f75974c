import { NameClasses } from "../../../assembly/ai/name-classes";
import { finishOf, stopReason } from "../../../assembly/ai/protocols/messages/stop-reason";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { jsonContent, jsonEquals } from "../../../assembly/json/value";
import { JsonWalker } from "../../../assembly/json/walker";
import { ResponseShape } from "./shape";

/** What the members of a message and of its events are for an entry. */
const enum Part {
  /** Nothing that is known: it is lost, unless it is empty. */
  Unknown,
  /** It is stored, or says nothing about the message. */
  Plain,
  Type,
  Model,
  Reason,
  Content,
  Message,
  Block,
  Delta,
  Text,
}

/** The types of blocks, in the only order in which a stored message has them. */
const enum Kind {
  None,
  Thinking,
  Text,
  ToolUse,
}

const EVENT = new NameClasses()
  .add(Part.Plain, "index usage")
  .add(Part.Type, "type")
  .add(Part.Message, "message")
  .add(Part.Block, "content_block")
  .add(Part.Delta, "delta");
const MESSAGE = new NameClasses()
  .add(Part.Plain, "id type role usage")
  .add(Part.Model, "model")
  .add(Part.Reason, "stop_reason")
  .add(Part.Content, "content");
const BLOCK = new NameClasses()
  .add(Part.Plain, "id name input signature")
  .add(Part.Type, "type")
  .add(Part.Text, "text thinking");
const DELTA = new NameClasses()
  .add(Part.Plain, "partial_json signature")
  .add(Part.Type, "type")
  .add(Part.Reason, "stop_reason")
  .add(Part.Text, "text thinking");
const KINDS = new NameClasses().add(Kind.Thinking, "thinking").add(Kind.Text, "text").add(Kind.ToolUse, "tool_use");
/** The types that an event or a delta may have. */
const KNOWN = new NameClasses()
  .add(
    1,
    "message_start content_block_start content_block_delta content_block_stop message_delta message_stop ping error",
  )
  .add(1, "text_delta thinking_delta input_json_delta signature_delta");

const walker = new JsonWalker();

/**
 * The shape of a response of Anthropic's Messages. A stored message has one block of reasoning, then one of text, then tool calls, each of them
 * optional; it has no signatures and no stop sequence. https://platform.claude.com/docs/en/api/messages
 */
export class MessagesShape extends ResponseShape {
  /** Whether the event was read that ends a stream. */
  hasStopped: bool = false;
  private hasReason: bool = false;
  private kind: Kind = Kind.None;
  /** Whether the block that is open is a text without a letter. */
  private isBlank: bool = false;

  /** Reads a whole message, a validated object. */
  readWhole(json: Slice): void {
    walker.start(json);
    this.readMessage();
    if (!this.hasReason) this.isStorable = false;
  }

  /** Reads the data of an event of a stream, a validated value. */
  readEvent(json: Slice): void {
    let type = ABSENT;
    walker.start(json);
    if (!walker.enterObject()) return;
    while (walker.nextMember()) {
      const part: Part = EVENT.of(walker.key);
      if (part == Part.Type) type = walker.value();
      else if (part == Part.Message) this.readMessage();
      else if (part == Part.Block) {
        if (this.hasReason) this.isStorable = false;
        this.readBlock();
      } else if (part == Part.Delta) this.readDelta();
      else this.take(part, walker.value());
    }
    if (!KNOWN.of(type)) this.isStorable = false;
    else if (jsonEquals(type, "content_block_stop")) this.endBlock();
    else if (jsonEquals(type, "message_stop")) this.hasStopped = true;
  }

  private readMessage(): void {
    if (!walker.enterObject()) return this.lose(walker.value());
    while (walker.nextMember()) {
      const part: Part = MESSAGE.of(walker.key);
      if (part == Part.Content) this.readContent();
      else if (part == Part.Model) this.readModel(walker.value());
      else this.take(part, walker.value());
    }
  }

  private readContent(): void {
    if (!walker.enterArray()) return this.lose(walker.value());
    while (walker.nextElement()) {
      this.readBlock();
      this.endBlock();
    }
  }

  private readBlock(): void {
    let kind = Kind.None;
    this.isBlank = false;
    if (!walker.enterObject()) return this.lose(walker.value());
    while (walker.nextMember()) {
      const part: Part = BLOCK.of(walker.key);
      const value = walker.value();
      if (part == Part.Type) kind = KINDS.of(value);
      else if (part == Part.Text) this.isBlank = !sliceSize(jsonContent(value));
      else this.take(part, value);
    }
    if (kind < this.kind || (kind == this.kind && kind != Kind.ToolUse)) this.isStorable = false;
    this.kind = kind;
  }

  private readDelta(): void {
    if (!walker.enterObject()) return this.lose(walker.value());
    while (walker.nextMember()) {
      const part: Part = DELTA.of(walker.key);
      const value = walker.value();
      if (part == Part.Type) this.isStorable = this.isStorable && KNOWN.of(value) != 0;
      else if (part == Part.Text) {
        this.isBlank = this.isBlank && !sliceSize(jsonContent(value));
        // What follows the reason is not in the stored message.
        if (this.hasReason) this.isStorable = false;
      } else this.take(part, value);
    }
  }

  /** The stored message has no blocks without a text. */
  private endBlock(): void {
    if (this.isBlank) this.isStorable = false;
    this.isBlank = false;
  }

  private take(part: Part, value: Slice): void {
    if (part == Part.Unknown) this.lose(value);
    else if (part == Part.Reason && sliceSize(jsonContent(value))) {
      this.hasReason = true;
      // One that the stored message has no word for would become another one.
      if (!jsonEquals(value, stopReason(finishOf(value)))) this.isStorable = false;
    }
  }
}
