import { ByteBuffer } from "../../../bytes/buffer";
import { RecordList } from "../../../bytes/records";
import { ABSENT, Slice } from "../../../bytes/slice";
import { TextTable } from "../../../bytes/text-table";

/** The number of the name of one call. */
@unmanaged
class CallName {
  name: i32;
}

/** The names of the tools that were called, by the ids of the calls. Of calls with one id the last one counts. */
export class CallNames {
  private ids: TextTable | null = null;
  private names: TextTable | null = null;
  private readonly bytes: ByteBuffer = new ByteBuffer();
  private readonly calls: RecordList<CallName> = new RecordList<CallName>(this.bytes, 0);

  /** Remembers a call. */
  add(id: Slice, name: Slice): void {
    let ids = this.ids;
    let names = this.names;
    if (ids === null || names === null) {
      this.ids = ids = new TextTable();
      this.names = names = new TextTable();
    }
    const number = ids.add(id);
    const call = number == this.calls.count ? this.calls.add() : this.calls.at(number);
    call.name = names.add(name);
  }

  /** The name of the tool that a call named, valid until the next `add`; ABSENT for an id that is not known. */
  find(id: Slice): Slice {
    const ids = this.ids;
    const names = this.names;
    if (ids === null || names === null) return ABSENT;
    const number = ids.find(id);
    return number < 0 ? ABSENT : names.at(this.calls.at(number).name);
  }

  /** Forgets all calls. */
  clear(): void {
    this.ids = null;
    this.names = null;
    this.bytes.free();
  }
}
