/** No literal. */
export const NOTHING: i32 = -1;

/**
 * The prefixes of literals as a tree, and then Aho and Corasick's links in it. Nodes are numbered; the root is 0, which as a
 * child or sibling means none.
 */
export class LiteralTrie {
  /** The first child of each node. */
  readonly children: i32[] = [0];
  /** The next child of each node's parent. */
  readonly siblings: i32[] = [0];
  /** The symbol that leads to each node. */
  readonly symbols: i32[] = [0];
  /** The node of the longest suffix of a node's text that is also a prefix of a literal. */
  readonly ends: i32[] = [0];
  /** The lowest literal that a node's text ends with, or `NOTHING`. */
  readonly found: i32[] = [NOTHING];
  /** The nodes, those with shorter texts first and those of one parent side by side. */
  readonly order: i32[] = [0];

  /** The child of a node for a symbol; it is created if there is none. */
  extend(node: i32, symbol: i32): i32 {
    const child = this.child(node, symbol);
    if (child) return child;
    const made = this.symbols.length;
    this.siblings.push(this.children[node]);
    this.children[node] = made;
    this.children.push(0);
    this.symbols.push(symbol);
    this.ends.push(0);
    this.found.push(NOTHING);
    return made;
  }

  /** Marks the end of a literal. */
  end(node: i32, literal: i32): void {
    if (this.found[node] == NOTHING) this.found[node] = literal;
  }

  /** Orders and links all nodes, after all literals have been added. */
  link(): void {
    for (let i = 0; i < this.order.length; i++) {
      const node = this.order[i];
      for (let child = this.children[node]; child; child = this.siblings[child]) {
        this.order.push(child);
        if (!node) continue;
        let end = this.ends[node];
        while (end && !this.child(end, this.symbols[child])) end = this.ends[end];
        end = this.child(end, this.symbols[child]);
        this.ends[child] = end;
        const shorter = this.found[end];
        if (shorter != NOTHING && <u32>shorter < <u32>this.found[child]) this.found[child] = shorter;
      }
    }
  }

  private child(node: i32, symbol: i32): i32 {
    let child = this.children[node];
    while (child && this.symbols[child] != symbol) child = this.siblings[child];
    return child;
  }
}
