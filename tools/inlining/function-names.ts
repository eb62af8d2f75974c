import { Reader } from "../wasm/binary.ts";
import { CUSTOM_SECTION, type Section } from "../wasm/sections.ts";

const NAME_SECTION = "name";
const FUNCTION_NAMES = 1;

/** The names of functions by their index, as the compiler writes them with `--debug`: `assembly/json/token/stringEnd`. */
export function functionNames(sections: Section[]): Map<number, string> {
  const names = new Map<number, string>();
  for (const { id, content } of sections) {
    if (id !== CUSTOM_SECTION) continue;
    const section = new Reader(content);
    if (text(section) !== NAME_SECTION) continue;
    while (!section.isAtEnd) {
      const isOfFunctions = section.byte() === FUNCTION_NAMES;
      const entries = new Reader(section.take(section.leb()));
      if (!isOfFunctions) continue;
      for (let left = entries.leb(); left > 0; left--) names.set(entries.leb(), text(entries));
    }
  }
  return names;
}

const text = (reader: Reader): string => Buffer.from(reader.take(reader.leb())).toString();
