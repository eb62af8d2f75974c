const FEWEST = 64;
const MOST = 16384;

/** Remembers which hashes it was given, in bounded memory: the first 16,384. */
export class Once {
  private slots: StaticArray<u64> = new StaticArray<u64>(FEWEST);
  private count: i32 = 0;

  /** Whether the hash is given for the first time. Always `false` once the memory is full. */
  isFirst(hash: u64): bool {
    const mark = hash ? hash : 1;
    const at = this.placeOf(mark);
    if (this.slots[at] || this.count == MOST) return false;
    this.slots[at] = mark;
    if (2 * ++this.count >= this.slots.length) this.grow();
    return true;
  }

  private placeOf(mark: u64): i32 {
    const mask = this.slots.length - 1;
    let at = (<i32>mark) & mask;
    while (this.slots[at] && this.slots[at] != mark) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new StaticArray<u64>(2 * old.length);
    for (let i = 0; i < old.length; i++) if (old[i]) this.slots[this.placeOf(old[i])] = old[i];
  }
}
