import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesIn } from "../files.ts";
import { root } from "../plugins.ts";
import type { Check } from "./check.ts";

/** Every link of a document to a file of this repository is valid, including its heading. */
export const links: Check = {
  name: "links in documents lead somewhere",
  run: () => filesIn(".", ".md").flatMap((file) => brokenLinks(file)),
};

function brokenLinks(file: string): string[] {
  const targets = [...withoutCode(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(file, target))
    .map((target) => `${file}: nothing is at ${target}`);
}

function leadsSomewhere(file: string, target: string): boolean {
  const [path, heading] = target.split("#");
  const document = path ? join(dirname(file), path) : file;
  if (!existsSync(join(root, document))) return false;
  return !heading || headings(document).includes(heading);
}

/** The headings of a document in the form of link anchors: lower case, hyphens for spaces, only letters and digits. */
function headings(file: string): string[] {
  const titles = [...withoutCode(file).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

const withoutCode = (file: string): string =>
  readFileSync(join(root, file), "utf8").replace(/^(`{3,})[\s\S]*?^\1/gm, "");
