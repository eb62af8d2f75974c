// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One thing that a guide tells its reader to do to a file. */
export interface Step {
  /** From the repository's root. */
  file: string;
  /** The whole new file, or an edit of one that is there. */
  text: string;
  isEdit: boolean;
}

/**
 * The steps of a guide, in their order: blocks whose first line is the path of a file in a comment of its language, those
 * that the sentence before them names a file for, and blocks of `diff` whose first line is `--- path`. A line `…` in a diff
 * stands for lines that stay.
 */
export function stepsOf(markdown: string): Step[] {
  const blocks = markdown.matchAll(/(?:^|\n)(?:([^\n]+)\n\n)?(`{3,})(\w+)\n([\s\S]*?)\n\2(?=\n|$)/g);
  return [...blocks].flatMap(([, before = "", , language, text]): Step[] => {
    const [first, ...rest] = text.split("\n");
    if (language === "diff") return [{ file: first.replace(/^--- /, ""), text: rest.join("\n"), isEdit: true }];
    const named = /^(?:\/\/|#) (\S+\/\S+\.\w+)$/.exec(first)?.[1];
    if (named) return [{ file: named, text: `${rest.join("\n")}\n`, isEdit: false }];
    const told = /`([\w./-]+\/[\w.-]+\.\w+)`/.exec(before)?.[1];
    return told && language !== "sh" ? [{ file: told, text: `${text}\n`, isEdit: false }] : [];
  });
}

/** Does a step in the repository at `root`; throws where an edit does not find the lines that it speaks of, once. */
export function apply(root: string, { file, text, isEdit }: Step): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, isEdit ? edited(readFileSync(path, "utf8"), text, file) : text);
}

function edited(before: string, diff: string, file: string): string {
  return diff.split(/^ ?…\n/m).reduce((text, hunk) => {
    const lines = hunk.split("\n").filter((line) => line !== "");
    const side = (without: string) =>
      lines
        .filter((line) => !line.startsWith(without))
        .map((line) => `${line.slice(1)}\n`)
        .join("");
    const [old, now] = [side("+"), side("-")];
    const parts = text.split(old);
    if (parts.length !== 2) throw new Error(`${file} has these lines ${parts.length - 1} times:\n${old}`);
    return parts.join(now);
  }, before);
}
