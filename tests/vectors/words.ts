// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";

/** The numbers of a vector. */
export const DIMENSIONS = 64;

/** A vector of length 1 that says which words a text has, in any order and case. */
export function vectorOf(text: string): number[] {
  const vector = Array.from({ length: DIMENSIONS }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    vector[createHash("sha1").update(word).digest()[0] % DIMENSIONS]++;
  const length = Math.hypot(...vector) || 1;
  return vector.map((number) => Math.fround(number / length));
}

/** The dot product of two vectors; the cosine of those that `vectorOf` makes. */
export const dot = (a: number[], b: number[]): number => a.reduce((sum, number, i) => sum + number * b[i], 0);
