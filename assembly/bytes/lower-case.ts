import { lowerCase } from "./slice";

/** A text with its ASCII letters small. `toLowerCase` would bring the tables of all alphabets into the module, 10 KB. */
export function asciiLowerCase(text: string): string {
  let lower = "";
  for (let i = 0; i < text.length; i++) lower += String.fromCharCode(lowerCase(text.charCodeAt(i)));
  return lower;
}
