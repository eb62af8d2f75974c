import type { Path } from "./yaml-file.ts";

/** A configuration of a plugin in a file. */
export interface Configuration {
  file: string;
  plugin: string;
  /** The text that the plugin gets; undefined if it gets none. */
  text: string | undefined;
  /** The name of the route whose metadata it is; undefined for that of a filter. */
  route?: string;
  /** The path in the file at which it stands, as text. */
  at: string;
  /** The line at which it begins. */
  line: number;
  /** The path in the file of a part of it, as text. */
  pathOf(path: Path): string;
  lineOf(path: Path): number;
  /** The line of a byte of the text. */
  lineOfByte(offset: number): number;
}
