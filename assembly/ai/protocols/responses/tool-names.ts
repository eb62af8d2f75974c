import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, byteAt, hashOf, indexOfByte, Slice, sliceSize, slicesEqual, subslice } from "../../../bytes/slice";

/** The most bytes of names that are kept for one response. */
const MOST_BYTES = 64 * 1024;
const KEPT_BYTES = 1024;
/** The limit of chats for the name of a function. https://platform.openai.com/docs/api-reference/chat/create */
const LONGEST_NAME = 64;
/** A name that is too long is cut here, and a hash follows. */
const CUT_NAME = 53;
const LF = 0x0a;
const UNDERSCORE = 0x5f;
const CUSTOM = 0x63;
const FUNCTION = 0x66;

/**
 * The tools of a request that a function of a chat stands for although they are called otherwise: custom tools, and those in a
 * namespace. Names are contents of JSON strings, so that no line end occurs in them.
 */
export class ToolNames {
  /** For each tool a letter for its kind and three lines: the name of the function, the namespace, the name. */
  private readonly bytes: ByteBuffer = new ByteBuffer();

  /** Adds a tool; `false` if the names are too long to be kept. The namespace may be ABSENT. */
  add(functionName: Slice, isCustom: bool, namespace: Slice, name: Slice): bool {
    const bytes = this.bytes.byte(isCustom ? CUSTOM : FUNCTION);
    bytes.append(functionName).byte(LF).append(namespace).byte(LF).append(name).byte(LF);
    return bytes.size <= MOST_BYTES;
  }

  /** Where the tool of a function is, for the calls below; -1 if the function is the tool itself. */
  find(functionName: Slice): i32 {
    for (let at = 0; at < this.bytes.size; at = this.lineEnd(this.lineEnd(this.lineEnd(at)))) {
      if (slicesEqual(this.line(at + 1), functionName)) return at;
    }
    return -1;
  }

  /** Whether a tool is a custom one. */
  isCustom(at: i32): bool {
    return byteAt(this.bytes.slice, at) == CUSTOM;
  }

  /** The namespace of a tool, which may be empty. */
  namespaceOf(at: i32): Slice {
    return this.line(this.lineEnd(at));
  }

  /** The name of a tool in its namespace. */
  nameOf(at: i32): Slice {
    return this.line(this.lineEnd(this.lineEnd(at)));
  }

  /** Forgets all tools; no large memory is kept. */
  clear(): void {
    this.bytes.release(KEPT_BYTES);
  }

  /** Gives the memory back. */
  dispose(): void {
    this.bytes.dispose();
  }

  private line(from: i32): Slice {
    return subslice(this.bytes.slice, from, this.lineEnd(from) - 1);
  }

  private lineEnd(from: i32): i32 {
    return indexOfByte(this.bytes.slice, LF, from) + 1;
  }
}

/**
 * Appends the name of the function that stands for a tool: its own without a namespace, else both names. One that is too
 * long for a chat is cut and ends with a hash. `false` if a namespace or a name in it has other characters than letters,
 * digits, `_` and `-`.
 */
export function writeFunctionName(namespace: Slice, name: Slice, out: ByteBuffer): bool {
  if (namespace == ABSENT || sliceSize(namespace) == 0) {
    out.append(name);
    return true;
  }
  if (!isPlain(namespace) || !isPlain(name)) return false;
  const from = out.size;
  out.append(namespace);
  if (byteAt(namespace, sliceSize(namespace) - 1) != UNDERSCORE) out.text("__");
  out.append(name);
  if (out.size - from <= LONGEST_NAME) return true;
  const hash = hashOf(subslice(out.slice, from));
  out.size = from + CUT_NAME;
  out.byte(UNDERSCORE).integer(hash);
  return true;
}

function isPlain(name: Slice): bool {
  for (let i = 0; i < sliceSize(name); i++) {
    const byte = byteAt(name, i);
    if ((byte | 0x20) - 0x61 > 25 && byte - 0x30 > 9 && byte != UNDERSCORE && byte != 0x2d) return false;
  }
  return sliceSize(name) > 0;
}
