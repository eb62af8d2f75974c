import { lowerCase } from "./slice";

/** A text with its ASCII letters in lower case. `toLowerCase` would add 10 KB of Unicode tables to the module. */
export function asciiLowerCase(text: string): string {
  // One string for all: appending letter by letter would take quadratic memory.
  const units = new Array<i32>(text.length);
  for (let i = 0; i < text.length; i++) units[i] = <i32>lowerCase(text.charCodeAt(i));
  return String.fromCharCodes(units);
}
