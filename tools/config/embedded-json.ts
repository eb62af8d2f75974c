import { isScalar, type Scalar } from "yaml";
import { parseYaml, type Path, type YamlDocument } from "./yaml-file.ts";

/** A JSON text in a scalar of a YAML file, such as the `value` of a plugin's configuration in an envoy.yaml. */
export class EmbeddedJson {
  private readonly node: Scalar<string>;
  private readonly firstLine: number;
  /** The text as a document of its own, whose first line is that of the scalar; undefined if it is invalid. */
  private inner: YamlDocument | undefined;

  /** `path` leads to a string. */
  constructor(document: YamlDocument, path: Path) {
    const node = document.node(path);
    if (!isScalar(node) || typeof node.value !== "string") throw new Error("the path leads to no string");
    this.node = node as Scalar<string>;
    this.firstLine = document.lineAt(this.node.range?.[0] ?? 0);
    const { documents, findings } = parseYaml(document.file, sourceOf(document, this.node), { uniqueKeys: false });
    if (documents.length === 1 && findings.length === 0) [this.inner] = documents;
  }

  /** The JSON text. */
  get text(): string {
    return this.node.value;
  }

  /** The line in the file of a part of the JSON value; the first line of the text if the text cannot be read. */
  lineOf(path: Path): number {
    return this.firstLine + (this.inner ? this.inner.lineOf(path) - 1 : 0);
  }

  /** The line in the file of a byte of the text. */
  lineOfByte(offset: number): number {
    if (this.node.type !== "BLOCK_LITERAL") return this.firstLine;
    const before = Buffer.from(this.text).subarray(0, offset).toString();
    return this.firstLine + before.split("\n").length;
  }
}

/** The scalar's text with as many lines as in the file: JSON in which line ends are kept. */
function sourceOf(document: YamlDocument, { range, type, value }: Scalar<string>): string {
  if (!range) return value;
  const source = document.source.slice(range[0], range[1]);
  switch (type) {
    case "BLOCK_LITERAL":
    case "BLOCK_FOLDED":
      return source.replace(/^[^\n]*/, "");
    case "QUOTE_SINGLE":
      return source.slice(1, -1).replaceAll("''", "'");
    case "QUOTE_DOUBLE":
      return source.slice(1, -1).replace(/\\([\s\S])/g, (_, character: string) => UNESCAPED[character] ?? character);
    default:
      return source;
  }
}

/** What stands for an escaped character, where it is not the character itself. */
const UNESCAPED: Record<string, string> = { n: " ", t: " ", r: " ", u: "\\u", x: "\\x" };
