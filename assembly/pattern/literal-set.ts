import { lowerCase, Slice, sliceEnd, sliceSize, sliceStart } from "../bytes/slice";
import { PatternError } from "./error";
import { PatternFlags } from "./flags";
import { LiteralTrie, NOTHING } from "./literal-trie";
import { PatternScan } from "./scan";

/** The most bytes of all literals together. */
const MAX_BYTES: i32 = 262_144;

/** The most memory for the rows of nodes, which have a successor for every symbol. */
const ROW_BYTES: i32 = 262_144;

/** Added to a position at which a literal ends. */
const ENDS: u32 = 0x80000000;

const BYTES: i32 = 256;
const WORD: u32 = 4;

/** The fields of a node: where to continue if no child matches, the first child, their number, and the literal that ends here. */
const SHORTER: usize = 0;
const CHILD: usize = 4;
const CHILDREN: usize = 8;
const FOUND: usize = 12;
const NODE_SIZE: i32 = 16;

/**
 * Searches for many literals at once, in texts that may come in pieces: Aho and Corasick's automaton. The time is linear in
 * the text, and independent of the number of literals. It finds the literal that ends first or, of several, the one with the
 * lowest index.
 */
export class LiteralSet {
  /** The work of all scans so far: bytes and changes of nodes. */
  steps: u64 = 0;
  /** The symbol of every byte, the rows of the first nodes, all nodes, and the symbol that leads to each. */
  private readonly memory: ArrayBuffer;
  private readonly rows: usize;
  private readonly rowBytes: u32;
  private readonly nodes: usize;
  private readonly symbols: usize;

  private constructor(
    trie: LiteralTrie,
    bytes: StaticArray<u8>,
    private readonly symbolCount: u32,
  ) {
    const count = trie.order.length;
    const rowSize = <i32>symbolCount * WORD;
    const rowCount = min(max(ROW_BYTES / rowSize, 1), count);
    const table = new ArrayBuffer(BYTES + rowCount * rowSize + count * (NODE_SIZE + 1));
    const rows = changetype<usize>(table) + BYTES;
    const nodes = rows + rowCount * rowSize;
    this.memory = table;
    this.rows = rows;
    this.rowBytes = rowCount * rowSize;
    this.nodes = nodes;
    this.symbols = nodes + count * NODE_SIZE;
    memory.copy(rows - BYTES, changetype<usize>(bytes), BYTES);
    this.writeNodes(trie);
    for (let number = 0; number < rowCount; number++) this.writeRow(number);
  }

  /**
   * Compiles the literals; `null` if one is empty or they are too long, and then `error` says why. Of the flags only
   * `IgnoreCase` has an effect, on ASCII letters.
   */
  static compile(
    literals: string[],
    flags: PatternFlags = PatternFlags.None,
    error: PatternError | null = null,
  ): LiteralSet | null {
    const ignoresCase = (flags & PatternFlags.IgnoreCase) != 0;
    const trie = new LiteralTrie();
    const symbols = new StaticArray<u8>(BYTES);
    let symbolCount = 1;
    let total = 0;
    for (let i = 0; i < literals.length; i++) {
      const literal = String.UTF8.encode(literals[i]);
      total += literal.byteLength;
      if (!literal.byteLength) return refused(error, `literal ${i} is empty`);
      if (total > MAX_BYTES) return refused(error, `the literals up to number ${i} have more than ${MAX_BYTES} bytes`);
      let node = 0;
      for (let at = 0; at < literal.byteLength; at++) {
        const byte = load<u8>(changetype<usize>(literal) + at);
        const folded = ignoresCase ? lowerCase(byte) : byte;
        if (!symbols[folded]) {
          symbols[folded] = <u8>symbolCount;
          symbolCount++;
        }
        node = trie.extend(node, symbols[folded]);
      }
      trie.end(node, i);
    }
    for (let upper = 0x41; ignoresCase && upper <= 0x5a; upper++) symbols[upper] = symbols[upper | 0x20];
    trie.link();
    return new LiteralSet(trie, symbols, symbolCount);
  }

  /** Begins a text; a scan can be used for one text after the other. */
  begin(scan: PatternScan): void {
    scan.clear();
  }

  /** Scans the next piece. Returns whether something has been found. */
  feed(scan: PatternScan, chunk: Slice): bool {
    if (scan.matched >= 0) return true;
    const bytes = this.rows - BYTES;
    const rows = this.rows;
    const rowBytes = this.rowBytes;
    const end = sliceEnd(chunk);
    let p = sliceStart(chunk);
    let position = scan.position;
    this.steps += sliceSize(chunk);
    while (p < end) {
      const symbol = <u32>load<u8>(bytes + load<u8>(p++));
      position = position < rowBytes ? load<u32>(rows + position + symbol * WORD) : this.step(position, symbol);
      if (position & ENDS) {
        scan.matched = load<i32>(this.entryAt(position & ~ENDS), FOUND);
        return true;
      }
    }
    scan.position = position;
    return false;
  }

  /** The successor of a node without a row. */
  private step(position: u32, symbol: u32): u32 {
    do {
      const entry = this.entryAt(position);
      const first = load<u32>(entry, CHILD);
      const behind = first + load<u32>(entry, CHILDREN);
      for (let child = first; child < behind; child++) {
        if (load<u8>(this.symbols + child) == symbol) return this.positionOf(child);
      }
      position = this.positionOf(load<u32>(entry, SHORTER)) & ~ENDS;
      this.steps++;
    } while (position >= this.rowBytes);
    return load<u32>(this.rows + position + symbol * WORD);
  }

  /** The position of a node: the offset of its row or, without a row, its distance from the last row. */
  private positionOf(node: u32): u32 {
    const rowSize = this.symbolCount * WORD;
    const rowCount = this.rowBytes / rowSize;
    const position = node < rowCount ? node * rowSize : this.rowBytes + node - rowCount;
    return load<i32>(this.nodes + node * NODE_SIZE, FOUND) == NOTHING ? position : position | ENDS;
  }

  private entryAt(position: u32): usize {
    const rowSize = this.symbolCount * WORD;
    const node = position < this.rowBytes ? position / rowSize : this.rowBytes / rowSize + position - this.rowBytes;
    return this.nodes + node * NODE_SIZE;
  }

  /** Writes the nodes, numbered in their order. */
  private writeNodes(trie: LiteralTrie): void {
    const order = trie.order;
    const numbers = new StaticArray<i32>(order.length);
    for (let number = 0; number < order.length; number++) numbers[order[number]] = number;
    for (let number = 0; number < order.length; number++) {
      const node = order[number];
      const entry = this.nodes + number * NODE_SIZE;
      let children = 0;
      for (let child = trie.children[node]; child; child = trie.siblings[child]) children++;
      store<u32>(entry, numbers[trie.ends[node]], SHORTER);
      store<u32>(entry, numbers[trie.children[node]], CHILD);
      store<u32>(entry, children, CHILDREN);
      store<i32>(entry, trie.found[node], FOUND);
      store<u8>(this.symbols + number, trie.symbols[node]);
    }
  }

  /** Writes the row of a node. Symbols without a child have the successors of the shorter node, whose row has been written. */
  private writeRow(number: i32): void {
    const entry = this.nodes + number * NODE_SIZE;
    const size = this.symbolCount * WORD;
    const row = this.rows + number * size;
    if (number) memory.copy(row, this.rows + load<u32>(entry, SHORTER) * size, size);
    const first = load<u32>(entry, CHILD);
    const behind = first + load<u32>(entry, CHILDREN);
    for (let child = first; child < behind; child++) {
      store<u32>(row + <u32>load<u8>(this.symbols + child) * WORD, this.positionOf(child));
    }
  }
}

function refused(error: PatternError | null, reason: string): LiteralSet | null {
  if (error) error.message = reason;
  return null;
}
