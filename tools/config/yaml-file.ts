import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit, type Document, type Node } from "yaml";
import type { Finding } from "./finding.ts";

/** The keys and indexes that lead from the root of a value to a part of it. */
export type Path = (string | number)[];

/** A path as text, such as `$.spec.matchRules[1].config`. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => text + (typeof step === "number" ? `[${step}]` : `.${step}`), "$");

/** One YAML document of a file. Its lines are those of the file. */
export class YamlDocument {
  /** The document as JavaScript values; aliases and merge keys are resolved. */
  readonly value: unknown;

  constructor(
    readonly file: string,
    /** The text of the file. */
    readonly source: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {
    this.value = document.errors.length ? undefined : document.toJS();
  }

  /** The node at a path; null if the document has none. */
  node(path: Path): Node | null {
    return this.walk(path).node;
  }

  /** The line of the key or list item at a path, or of the innermost one above it that exists. */
  lineOf(path: Path): number {
    return this.lineAt(this.walk(path).offset);
  }

  /** The line of an offset in the file. */
  lineAt(offset: number): number {
    return this.lines.linePos(offset).line;
  }

  private walk(path: Path): { node: Node | null; offset: number } {
    let node = this.document.contents as Node | null;
    let offset = node?.range?.[0] ?? this.document.range?.[0] ?? 0;
    for (const step of path) {
      const below = this.below(node, step);
      if (!below) return { node: null, offset };
      ({ node, offset } = below);
    }
    return { node: this.resolved(node), offset };
  }

  private below(node: Node | null, step: string | number): { node: Node | null; offset: number } | null {
    const parent = this.resolved(node);
    if (isSeq(parent)) {
      const item = parent.items[step as number] as Node | undefined;
      return item ? { node: item, offset: item.range?.[0] ?? 0 } : null;
    }
    if (!isMap(parent)) return null;
    for (const { key, value } of parent.items) {
      if (isScalar(key) && String(key.value) === String(step))
        return { node: value as Node | null, offset: key.range?.[0] ?? 0 };
    }
    for (const { key, value } of parent.items) {
      if (!isScalar(key) || key.value !== "<<") continue;
      const merged = this.resolved(value as Node | null);
      for (const source of isSeq(merged) ? (merged.items as Node[]) : [merged]) {
        const found = this.below(source, step);
        if (found) return found;
      }
    }
    return null;
  }

  private resolved(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.document) ?? null) : node;
  }
}

/** Parses a YAML or JSON file. Syntax errors, and keys that occur twice, are findings; no message quotes the text. */
export function parseYaml(
  file: string,
  source: string,
  { uniqueKeys = true } = {},
): { documents: YamlDocument[]; findings: Finding[] } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(source, { lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys });
  const documents = "empty" in parsed ? [] : parsed;
  const findings = documents.flatMap(({ errors }) =>
    errors.map(({ code, message, pos }): Finding => {
      const isQuoting = message.includes(": ") && code !== "DUPLICATE_KEY";
      const text = isQuoting ? message.slice(0, message.indexOf(": ")) : message;
      return { file, line: lines.linePos(pos[0]).line, severity: "error", message: `YAML: ${text}` };
    }),
  );
  const read = documents.flatMap((document) => {
    try {
      return [new YamlDocument(file, source, document, lines)];
    } catch (error) {
      // An alias without its anchor, or far too many of them.
      const line = lines.linePos(unresolvedAlias(document) ?? document.range[0]).line;
      findings.push({ file, line, severity: "error", message: `YAML: ${(error as Error).message}` });
      return [];
    }
  });
  return { documents: read, findings };
}

/** The offset of the first alias without an anchor before it. */
function unresolvedAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return undefined;
      offset = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}
