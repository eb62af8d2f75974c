import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "./files.ts";
import { root } from "./plugins.ts";

/** An instance field with its type and its first value; the objects of `readonly` fields are kept. */
const FIELD = /^ {2}(?:private |protected )?(?!readonly|static|get |set )(\w+): ([^=;]+?) = ([^;]+);$/gm;
const RESET = /^ {2}(?:private )?reset\(\): void \{\n/m;

/**
 * The sources with a `reset` method, by which objects are used again, changed for the poisoned build: `reset` begins with a wrong
 * value in every field of a plain type. A field that `reset` forgets is then wrong in the next stream. Throws an error for a field
 * with a reference that `reset` does not mention: it would keep an object alive.
 */
export function poisonedSources(): Record<string, string> {
  const sources: Record<string, string> = {};
  for (const file of [...filesIn("assembly", ".ts"), ...filesIn("plugins", ".ts")]) {
    const text = readFileSync(join(root, file), "utf8");
    if (RESET.test(text)) sources[file] = poisonedSource(text, file);
  }
  return sources;
}

/** One source whose classes with a `reset` method are changed so. */
export function poisonedSource(text: string, file: string): string {
  const classes = text.split(/^(?=(?:export )?(?:abstract )?class )/m);
  return classes.map((source) => (RESET.test(source) ? poisonedClass(source, file) : source)).join("");
}

function poisonedClass(source: string, file: string): string {
  const head = RESET.exec(source)!;
  const body = source.slice(head.index, source.indexOf("\n  }\n", head.index));
  const wrong = [...source.slice(0, head.index).matchAll(FIELD)].map(([, field, type, value]) => {
    const isReference =
      type.includes("null") || type.endsWith("Buffer") || value.startsWith("new ") || value.startsWith("[");
    if (!isReference) return `    this.${field} = ${wrongValue(type, value)};\n`;
    if (!body.includes(`this.${field}`)) throw new Error(`${file}: reset does not mention the field ${field}`);
    return "";
  });
  const at = head.index + firstStatement(body);
  return source.slice(0, at) + wrong.join("") + source.slice(at);
}

/** Behind the statements that free what the object still has: they read fields. */
function firstStatement(body: string): number {
  const first = /^ {4}this\.\w+(?: = |\.)/m.exec(body);
  return first ? first.index : body.indexOf("\n") + 1;
}

function wrongValue(type: string, value: string): string {
  if (type === "bool") return value === "true" ? "false" : "true";
  if (type === "string") return '"poison"';
  return `<${type}>0x5a5a5a5a`;
}
