import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { readU32 } from "../../../assembly/bytes/integers";
import {
  ABSENT,
  byteAt,
  indexOfByte,
  indexOfText,
  Slice,
  sliceEqualsIgnoringCase,
  sliceSize,
  sliceStartsWith,
  subslice,
  trimmed,
} from "../../../assembly/bytes/slice";
import { isCategory } from "../engines/arxiv-query";
import { EngineKind, SearchQuery } from "../engines/search-query";

const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;
const DASH: u32 = 0x2d;
const LINE_END: u32 = 0x0a;
/** The kind, and the sizes of the category and the text. */
const HEAD: i32 = 12;
const LONGEST_QUERY: i32 = 1000;
const THINK_END = "</think>";
const LINE_OF_THINK_END = "\n" + THINK_END;

/** The queries of a request. */
export class QueryList {
  private readonly bytes: ByteBuffer = new ByteBuffer();
  private at: i32 = 0;
  count: i32 = 0;

  /** Adds one query; the slices must not lie in this list. */
  add(kind: i32, category: Slice, text: Slice): void {
    this.bytes
      .u32(<u32>kind)
      .u32(sliceSize(category))
      .u32(sliceSize(text))
      .append(category)
      .append(text);
    this.count++;
  }

  /**
   * Adds the queries of a model's reply, one a line: `internet: words`, `private: words,words` or, with a category of arXiv, `cs.AI: words`. Lines of
   * reasoning are none: some servers send only its end, since its beginning is in the chat template.
   */
  addReply(reply: Slice, most: i32): void {
    const isReasoning = sliceStartsWith(trimmed(reply), "<think>");
    const end = indexOfText(reply, isReasoning ? THINK_END : LINE_OF_THINK_END);
    const text = end < 0 ? reply : subslice(reply, indexOfText(reply, THINK_END, end) + THINK_END.length);
    for (let from = 0; from < sliceSize(text) && this.count < most;) {
      const lineEnd = indexOfByte(text, LINE_END, from);
      const to = lineEnd < 0 ? sliceSize(text) : lineEnd;
      this.addLine(withoutMark(trimmed(subslice(text, from, to))));
      from = to + 1;
    }
  }

  /** Goes to the beginning. */
  rewind(): void {
    this.at = 0;
  }

  /** Reads the next query; `false` behind the last one. */
  next(query: SearchQuery): bool {
    const bytes = this.bytes.slice;
    const from = this.at + HEAD;
    if (from > sliceSize(bytes)) return false;
    const middle = from + <i32>readU32(bytes, this.at + 4);
    query.kind = <i32>readU32(bytes, this.at);
    query.category = subslice(bytes, from, middle);
    query.text = subslice(bytes, middle, middle + <i32>readU32(bytes, this.at + 8));
    this.at = middle + sliceSize(query.text);
    return true;
  }

  /** Forgets the queries. */
  clear(): void {
    this.bytes.clear();
    this.at = 0;
    this.count = 0;
  }

  /** Frees the memory; the list is not used again. */
  dispose(): void {
    this.bytes.dispose();
  }

  private addLine(line: Slice): void {
    const colon = indexOfByte(line, COLON);
    if (colon < 0) return;
    const target = trimmed(subslice(line, 0, colon));
    const text = trimmed(subslice(line, colon + 1));
    if (!sliceSize(target) || !sliceSize(text) || sliceSize(text) > LONGEST_QUERY) return;
    if (sliceEqualsIgnoringCase(target, "internet")) this.add(EngineKind.Internet, ABSENT, text);
    else if (sliceEqualsIgnoringCase(target, "private")) this.add(EngineKind.Private, ABSENT, text);
    else if (isCategory(target) && hasParts(target)) this.add(EngineKind.Arxiv, target, text);
  }
}

/** Whether a reply without queries says that none is needed. */
export function saysNone(reply: Slice): bool {
  const text = trimmed(reply);
  const end = indexOfText(text, THINK_END);
  const word = trimmed(end < 0 ? text : subslice(text, end + THINK_END.length));
  const size = sliceSize(word);
  const isDotted = size == 5 && byteAt(word, 4) == 0x2e;
  return sliceEqualsIgnoringCase(isDotted ? subslice(word, 0, 4) : word, "none");
}

/** Whether a name has a dot or a hyphen, as all categories of arXiv have. https://arxiv.org/category_taxonomy */
function hasParts(name: Slice): bool {
  return indexOfByte(name, DOT) > 0 || indexOfByte(name, DASH) > 0;
}

/** A line without the mark of a list item. */
function withoutMark(line: Slice): Slice {
  return sliceStartsWith(line, "- ") || sliceStartsWith(line, "* ") ? trimmed(subslice(line, 2)) : line;
}
