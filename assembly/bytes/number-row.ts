/** Numbers of 64 bits that stay in memory for good, outside of the collector's reach: their address. */
export type NumberRow = usize;

/** A row of `count` numbers with this value. */
export function numberRow(count: i32, value: i64): NumberRow {
  const row = heap.alloc(count << 3);
  for (let i = 0; i < count; i++) setNumber(row, i, value);
  return row;
}

/** The number at `index`, which must be inside. */
// @ts-ignore: decorator
@inline
export function numberAt(row: NumberRow, index: i32): i64 {
  return load<i64>(row + (index << 3));
}

/** Sets the number at `index`, which must be inside. */
// @ts-ignore: decorator
@inline
export function setNumber(row: NumberRow, index: i32, value: i64): void {
  store<i64>(row + (index << 3), value);
}
