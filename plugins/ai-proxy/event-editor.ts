import { ByteBuffer } from "../../assembly/bytes/buffer";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";

/** Edits the events of a stream in OpenAI's format. One object per stream. */
export abstract class EventEditor {
  /** Edits one event. */
  abstract edit(event: JsonDocument, edit: JsonEdit): void;
  /** Appends the events that must precede `[DONE]` or the end of the stream; called once or twice. */
  onEnd(out: ByteBuffer): void {}
  /** Frees the memory of the stream. */
  free(): void {}
}
