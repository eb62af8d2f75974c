// SPDX-License-Identifier: Apache-2.0
/** Where the host writes what it hands back: a pointer and a size, or a number. */
export const OUT: usize = memory.data(16);
export const OUT_SIZE: usize = OUT + 4;
export const OUT_NUMBER: usize = OUT + 8;

/** A string as the host takes it. */
export class Text {
  private bytes: ArrayBuffer;
  constructor(text: string) {
    this.bytes = String.UTF8.encode(text);
  }
  get at(): usize {
    return changetype<usize>(this.bytes);
  }
  get size(): usize {
    return this.bytes.byteLength;
  }
}

/** Forgets what an earlier call left behind: the host does not write an empty value. */
export function reset(): void {
  memory.fill(OUT, 0, 16);
}

/** Takes over what the host handed back and frees it; what is no plain text is shown in hexadecimal. */
export function take(): string {
  const at = load<usize>(OUT);
  const size = load<usize>(OUT_SIZE);
  if (at == 0) return "";
  let plain = true;
  for (let i: usize = 0; i < size; i++) {
    const byte = load<u8>(at + i);
    if (byte < 32 || byte > 126) plain = false;
  }
  let text = "";
  if (plain) text = String.UTF8.decodeUnsafe(at, size);
  else for (let i: usize = 0; i < size; i++) text += ("0" + load<u8>(at + i).toString(16)).slice(-2);
  heap.free(at);
  return text;
}

/** `a=b,c=d` in the ABI's layout of header maps. */
export function encodePairs(list: string): ArrayBuffer {
  const entries = list.length > 0 ? list.split(",") : [];
  const parts = new Array<string>();
  for (let i = 0; i < entries.length; i++) {
    const border = entries[i].indexOf("=");
    parts.push(entries[i].slice(0, border));
    parts.push(entries[i].slice(border + 1));
  }
  let size = 4;
  for (let i = 0; i < parts.length; i++) size += 4 + String.UTF8.byteLength(parts[i]) + 1;
  const out = new ArrayBuffer(size);
  const base = changetype<usize>(out);
  store<u32>(base, entries.length);
  let at = base + 4 + 4 * parts.length;
  for (let i = 0; i < parts.length; i++) {
    const bytes = String.UTF8.encode(parts[i]);
    store<u32>(base + 4 + 4 * i, bytes.byteLength);
    memory.copy(at, changetype<usize>(bytes), bytes.byteLength);
    at += bytes.byteLength + 1;
  }
  return out;
}

/** The names in a header map that the host handed back, sorted, without those that the two hosts cannot share. */
export function takeNames(): string {
  const base = load<usize>(OUT);
  if (base == 0) return "";
  const count = load<u32>(base);
  const names = new Array<string>();
  let at = base + 4 + 8 * count;
  for (let i: u32 = 0; i < count; i++) {
    const nameSize = load<u32>(base + 4 + 8 * i);
    names.push(String.UTF8.decodeUnsafe(at, nameSize));
    at += nameSize + 1 + load<u32>(base + 8 + 8 * i) + 1;
  }
  heap.free(base);
  names.sort();
  return names.join(" ");
}
