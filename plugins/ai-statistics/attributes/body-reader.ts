import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceIncludes, sliceSize } from "../../../assembly/bytes/slice";
import { PathScanner } from "../../../assembly/json/path-scanner";
import { PathSink, ValueKind } from "../../../assembly/json/path-sink";
import { Account } from "../account";
import { Rule } from "./attribute";
import { BoundedText } from "./bounded-text";
import { BodyPlan, OwnSlot } from "./probe";
import { ValueSlots } from "./value-slots";

/** The longest name of a model, id or reason that is kept. */
const LONGEST_NAME = 256;

/** Reads the values of one plan from a body that comes in pieces, or from the events of a stream. */
export class BodyReader extends PathSink {
  private readonly scanner: PathScanner;
  private readonly isFresh: StaticArray<bool>;
  private readonly isIgnored: StaticArray<bool>;
  private readonly kinds: StaticArray<ValueKind>;
  private readonly role: ByteBuffer = new ByteBuffer();
  private readonly slots: ValueSlots | null;
  private candidate: BoundedText | null = null;
  private event: Slice = ABSENT;

  constructor(
    private readonly plan: BodyPlan,
    private readonly account: Account,
    slots: ValueSlots | null,
  ) {
    super();
    const count = plan.probes.length;
    this.slots = slots;
    this.scanner = new PathScanner(plan.paths);
    this.isFresh = new StaticArray<bool>(count);
    this.isIgnored = new StaticArray<bool>(count);
    this.kinds = new StaticArray<ValueKind>(count);
    this.scanner.passTo(this);
  }

  /** Reads a piece of a body. */
  push(piece: Slice): void {
    this.scanner.push(piece);
  }

  /** Reads the data of an event. */
  readEvent(data: Slice): void {
    this.event = data;
    this.scanner.reset();
    this.scanner.push(data);
    this.event = ABSENT;
  }

  override beginValue(path: i32, kind: ValueKind): void {
    const probe = this.plan.probes[path];
    this.isFresh[path] = true;
    this.kinds[path] = kind;
    const isOther = probe.eventType.length > 0 && !sliceIncludes(this.event, probe.eventType);
    this.isIgnored[path] = isOther || kind == ValueKind.Nothing || (probe.isText && kind != ValueKind.Text);
    if (probe.slot == OwnSlot.Role) this.role.clear();
    const candidate = this.candidate;
    if (probe.slot == OwnSlot.Call && candidate) candidate.clear();
  }

  override addText(path: i32, piece: Slice): void {
    if (this.isIgnored[path] || !sliceSize(piece)) return;
    const probe = this.plan.probes[path];
    const isFirst = this.isFresh[path];
    this.isFresh[path] = false;
    const slots = this.slots;
    if (probe.slot < 0) return this.addOwn(path, probe.slot, piece, isFirst);
    if (!slots) return;
    const text = slots.at(probe.slot);
    if (text.owner >= 0 && text.owner != path) return;
    if (isFirst && !text.isEmpty) {
      if (probe.rule == Rule.First) {
        this.isIgnored[path] = true;
        return;
      }
      if (probe.rule == Rule.Replace && !probe.path.hasEach) text.clear();
    }
    if (isFirst) text.kind = text.isEmpty ? this.kinds[path] : ValueKind.Text;
    text.owner = path;
    text.append(piece);
  }

  override endValue(path: i32): void {
    const slot = this.plan.probes[path].slot;
    const slots = this.slots;
    if (slot == OwnSlot.Role && sliceEquals(this.role.slice, "user")) this.account.userMessages++;
    const candidate = this.candidate;
    if (slot == OwnSlot.Call && candidate && slots && !candidate.isCut) slots.readCall(candidate);
  }

  override forget(path: i32): void {
    const slot = this.plan.probes[path].slot;
    const slots = this.slots;
    if (slot < 0 || !slots) return;
    const text = slots.find(slot);
    if (text && text.owner == path) text.clear();
  }

  /** Makes it ready for another body. */
  reset(): void {
    this.scanner.reset();
    this.role.release(LONGEST_NAME);
    this.event = ABSENT;
    const candidate = this.candidate;
    if (candidate) candidate.dispose();
    this.candidate = null;
  }

  /** Frees the memory; the reader is not used again. */
  dispose(): void {
    this.reset();
    this.scanner.dispose();
    this.role.dispose();
  }

  private addOwn(path: i32, slot: i32, piece: Slice, isFirst: bool): void {
    const account = this.account;
    if (slot == OwnSlot.Model) return this.addName(account.requestModel, path, piece, isFirst, false);
    const slots = this.slots;
    if (slot == OwnSlot.Role) this.addName(this.role, path, piece, isFirst, true);
    else if (slots) {
      let candidate = this.candidate;
      if (!candidate) this.candidate = candidate = new BoundedText(slots.limit);
      candidate.append(piece);
    }
  }

  /** Of several names the first one counts, or the last one if `replaces`; a name that is too long does not. */
  private addName(name: ByteBuffer, path: i32, piece: Slice, isFirst: bool, replaces: bool): void {
    if (isFirst && name.size) {
      if (replaces) name.clear();
      else this.isIgnored[path] = true;
    }
    if (this.isIgnored[path]) return;
    if (name.size + sliceSize(piece) <= LONGEST_NAME) {
      name.append(piece);
      return;
    }
    name.clear();
    this.isIgnored[path] = true;
  }
}
