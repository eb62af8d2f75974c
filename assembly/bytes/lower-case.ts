import { lowerCase } from "./slice";

/** A text with its ASCII letters small. `toLowerCase` would bring the tables of all alphabets into the module, 10 KB. */
export function asciiLowerCase(text: string): string {
  // One string of the same size: one for each letter would take memory by the square of the length.
  const units = new Array<i32>(text.length);
  for (let i = 0; i < text.length; i++) units[i] = <i32>lowerCase(text.charCodeAt(i));
  return String.fromCharCodes(units);
}
