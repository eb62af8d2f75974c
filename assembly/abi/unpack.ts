/**
 * Writes the static data of a release, which its file holds compressed, to where the compiler placed it. The build passes this file
 * to the compiler before the entry, so that this runs before any other statement; `tools/pack` has the format.
 */
function unpack(): void {
  const footer = ((<usize>memory.size()) << 16) - 8;
  const size = load<u32>(footer, 4);
  const start = footer + 8 - size;
  let from = start;
  let to = <usize>load<u32>(footer);
  while (from < footer) {
    const token = <usize>load<u8>(from++);
    if (token < 0x80) {
      for (let left = token + 1; left; left--, to += 2) store<u16>(to, load<u8>(from++));
    } else if (token < 0xc0) {
      const bytes = (token - 0x7f) << 1;
      memory.copy(to, from, bytes);
      from += bytes;
      to += bytes;
    } else {
      let distance: usize = 0;
      let shift: usize = 1;
      let byte: usize;
      do {
        byte = load<u8>(from++);
        distance |= (byte & 0x7f) << shift;
        shift += 7;
      } while (byte & 0x80);
      // Unit by unit: a run of equal units is copied from itself.
      for (let left = token - 0xbe; left; left--, to += 2) store<u16>(to, load<u16>(to - distance));
    }
  }
  memory.fill(start, 0, size);
}

unpack();
