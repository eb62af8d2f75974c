import { leb, Reader } from "./binary.ts";

/** The bytes before the first section: the magic number and the version. */
const PREAMBLE_BYTES = 8;

/** The numbers of the sections that the build reads or writes. */
export const CUSTOM_SECTION = 0;
export const TYPE_SECTION = 1;
export const IMPORT_SECTION = 2;
export const FUNCTION_SECTION = 3;
export const MEMORY_SECTION = 5;
export const CODE_SECTION = 10;
export const DATA_SECTION = 11;
export const DATA_COUNT_SECTION = 12;

/** One section of a module. */
export interface Section {
  id: number;
  content: Uint8Array;
}

/** The sections of a module in their order. */
export function sectionsOf(module: Uint8Array): Section[] {
  const reader = new Reader(module.subarray(PREAMBLE_BYTES));
  const sections: Section[] = [];
  while (!reader.isAtEnd) sections.push({ id: reader.byte(), content: reader.take(reader.leb()) });
  return sections;
}

/** The content of the first section with that number. */
export function contentOf(sections: Section[], wanted: number): Uint8Array | undefined {
  return sections.find(({ id }) => id === wanted)?.content;
}

/** The module with one more custom section before the section with that number. */
export function withCustomSection(module: Uint8Array, name: string, content: Uint8Array, before: number): Uint8Array {
  const text = Buffer.from(name);
  const custom = { id: CUSTOM_SECTION, content: Buffer.concat([leb(text.length), text, content]) };
  const sections = sectionsOf(module);
  const place = sections.findIndex(({ id }) => id === before);
  return withSections(module, [...sections.slice(0, place), custom, ...sections.slice(place)], {});
}

/** The module with other contents for some of its sections, by their numbers. */
export function withSections(module: Uint8Array, sections: Section[], changed: Record<number, Uint8Array>): Uint8Array {
  const parts = sections.map(({ id, content }) => [id, changed[id] ?? content] as const);
  return Buffer.concat([
    module.subarray(0, PREAMBLE_BYTES),
    ...parts.flatMap(([id, content]) => [Buffer.from([id]), leb(content.length), content]),
  ]);
}
