import { ByteBuffer } from "../../assembly/bytes/buffer";
import { freeUnmanaged } from "../../assembly/bytes/unmanaged";
import { TEXT_EDGE } from "../../assembly/pattern/characters";

const KEPT_BYTES = 1024;

/** Where the text of tool-call arguments stands. */
export const enum Place {
  /** Nothing has come but white space. */
  Begin,
  /** It is no JSON container: all of it is text. */
  Text,
  /** Outside of strings. */
  Outside,
  /** In the name of a member. */
  Key,
  /** In a string that is masked. */
  Value,
}

/** The position in one text that comes in pieces: what is held of it, and what its next characters mean. */
// @ts-ignore: decorator
@unmanaged
export class TextState {
  /** Identifies the text in its stream. */
  key: u64 = 0;
  /** The choice, content block or output item that it belongs to. */
  owner: i32 = 0;
  /** The end of the text, which may become a match, as it stands in JSON. */
  readonly held: ByteBuffer = new ByteBuffer();
  /** The state of a match that was cut; empty if none was. */
  readonly cut: ByteBuffer = new ByteBuffer();
  /** What stands before and after the text in an event of its own. */
  readonly prefix: ByteBuffer = new ByteBuffer();
  readonly suffix: ByteBuffer = new ByteBuffer();
  /** The character before `held`. */
  before: u32 = TEXT_EDGE;
  place: Place = Place.Begin;
  /** Whether the next string is the name of a member. */
  expectsKey: bool = false;
  isEscaped: bool = false;
  /** The open containers of the arguments, the innermost in the lowest bit: 1 is an object. Deeper ones count as arrays. */
  containers: u64 = 0;
  depth: i32 = 0;
  /** Whether the text is the JSON of arguments. */
  isArguments: bool = false;

  /** Whether something waits. */
  get isWaiting(): bool {
    return this.held.size > 0 || this.cut.size > 0;
  }

  /** Begins a text. */
  begin(isArguments: bool): void {
    this.held.release(KEPT_BYTES);
    this.cut.clear();
    this.before = TEXT_EDGE;
    this.place = Place.Begin;
    this.expectsKey = false;
    this.isEscaped = false;
    this.containers = 0;
    this.depth = 0;
    this.isArguments = isArguments;
  }

  /** Frees the memory; the state is not used again. */
  dispose(): void {
    this.held.dispose();
    this.cut.dispose();
    this.prefix.dispose();
    this.suffix.dispose();
    freeUnmanaged(this);
  }
}
