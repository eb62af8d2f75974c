import { ByteBuffer } from "../../assembly/bytes/buffer";
import { readU32 } from "../../assembly/bytes/integers";
import { Slice, sliceSize, subslice } from "../../assembly/bytes/slice";
import { cutText, wellFormed } from "../../assembly/bytes/well-formed";
import { ResultSink } from "./engines/engine";
import { ResultDraft } from "./engines/result-draft";
import { appendClean, appendOneLine, appendWebLink } from "./result-texts";

const KEPT_BYTES: i32 = 16 << 10;
/** The sizes of the title, the link and the content in front of them. */
const HEAD: i32 = 12;
const LONGEST_TITLE: i32 = 200;
const LONGEST_LINK: i32 = 2048;

const scratch = new ByteBuffer();
const title = new ByteBuffer();
const link = new ByteBuffer();
const content = new ByteBuffer();

/** Results, cleaned and cut. The slices of one are valid until the list changes. */
export class ResultList extends ResultSink {
  private readonly bytes: ByteBuffer = new ByteBuffer();
  /** The most results, the most bytes of the content of each, and whether a result needs a title and a link. */
  private most: i32 = 0;
  private mostBytes: i32 = 0;
  private needsLink: bool = true;
  /** The number of results. */
  count: i32 = 0;
  private at: i32 = 0;
  /** The result that `next` has gone to. */
  title: Slice = 0;
  link: Slice = 0;
  content: Slice = 0;

  /** Begins an empty list. */
  begin(most: i32, mostBytes: i32, needsLink: bool): void {
    this.clear();
    this.most = most;
    this.mostBytes = mostBytes;
    this.needsLink = needsLink;
  }

  /** Adds the draft of an engine; one that lacks something is dropped. */
  override take(draft: ResultDraft): bool {
    if (this.count >= this.most) return false;
    title.clear();
    link.clear();
    content.release(KEPT_BYTES);
    appendOneLine(wellFormed(draft.title.slice, scratch), LONGEST_TITLE, title);
    appendWebLink(draft.link.slice, LONGEST_LINK, link);
    // Cleaning adds few bytes, which the second cut removes.
    appendClean(cutText(wellFormed(draft.content.slice, scratch), this.mostBytes), content);
    scratch.release(KEPT_BYTES);
    const text = cutText(content.slice, this.mostBytes);
    if (!sliceSize(text) || (this.needsLink && (!title.size || !link.size))) return true;
    this.add(title.slice, link.slice, text);
    return this.count < this.most;
  }

  /** Adds a result that is clean. */
  add(title: Slice, link: Slice, content: Slice): void {
    this.bytes.u32(sliceSize(title)).u32(sliceSize(link)).u32(sliceSize(content));
    this.bytes.append(title).append(link).append(content);
    this.count++;
  }

  /** Goes to the beginning. */
  rewind(): void {
    this.at = 0;
  }

  /** Goes to the next result; `false` behind the last one. */
  next(): bool {
    const bytes = this.bytes.slice;
    const from = this.at + HEAD;
    if (from > sliceSize(bytes)) return false;
    const titleEnd = from + <i32>readU32(bytes, this.at);
    const linkEnd = titleEnd + <i32>readU32(bytes, this.at + 4);
    const end = linkEnd + <i32>readU32(bytes, this.at + 8);
    this.title = subslice(bytes, from, titleEnd);
    this.link = subslice(bytes, titleEnd, linkEnd);
    this.content = subslice(bytes, linkEnd, end);
    this.at = end;
    return true;
  }

  /** Forgets the results. */
  clear(): void {
    this.bytes.release(KEPT_BYTES);
    this.most = 0;
    this.mostBytes = 0;
    this.needsLink = true;
    this.count = 0;
    this.at = 0;
    this.title = 0;
    this.link = 0;
    this.content = 0;
  }

  /** Frees the memory; the list is not used again. */
  dispose(): void {
    this.bytes.dispose();
  }
}
