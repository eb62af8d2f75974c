import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonKind, jsonKind, jsonUnescape } from "../../../assembly/json/value";

/** The longest name of a model that is kept, as it is written in JSON. */
const LONGEST_MODEL: i32 = 1024;

/**
 * Reads of a response, whole or an event of its stream, what the stored message needs and readers of the hub leave out: the model, and whether
 * there is anything that the stored message cannot hold.
 */
export abstract class ResponseShape {
  /** The model that the response names, in UTF-8. */
  readonly model: ByteBuffer = new ByteBuffer();
  /** Whether everything that was read can be stored. */
  isStorable: bool = true;

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.model.dispose();
  }

  /** Reads the name of the model; the first one counts. */
  protected readModel(name: Slice): void {
    if (this.model.size || sliceSize(name) > LONGEST_MODEL) return;
    jsonUnescape(name, this.model);
  }

  /** Notes a value that the stored message does not have: `null`, `false`, `""`, `[]` and `{}` say nothing. */
  protected lose(value: Slice): void {
    const kind = jsonKind(value);
    if (kind == JsonKind.Null || kind == JsonKind.False) return;
    if (sliceSize(value) != 2 || kind == JsonKind.Number) this.isStorable = false;
  }
}
