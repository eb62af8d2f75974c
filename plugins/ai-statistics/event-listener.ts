import { Slice } from "../../assembly/bytes/slice";

/** Is told each event of a streamed response. */
export abstract class EventListener {
  /** The data of a whole event; valid until the call returns. */
  abstract onEvent(data: Slice): void;
}
