import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { RecordList } from "../../../assembly/bytes/records";
import { ABSENT, byteAt, Slice, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { refused } from "../metrics";
import { LINE_FEED } from "../store/lines";
import { Exchange } from "./exchange";
import { answersAll } from "./tool-calls";

const COMMA: u32 = 0x2c;

/** The messages of an exchange that was chosen. */
// @ts-ignore: decorator
@unmanaged
class Part {
  messages: Slice;
}

const exchange = new Exchange();

/**
 * Chooses exchanges of a history from its newest line on. A round is a question and all that follows it up to the next one; it is chosen as a whole or
 * not at all, so that no result of a tool stands without its call, and no call without its result.
 */
export class Selection {
  private readonly bytes: ByteBuffer = new ByteBuffer();
  /** The newest exchange first. */
  private readonly parts: RecordList<Part> = new RecordList<Part>(this.bytes, 0);
  private lines: Slice = ABSENT;
  private at: i32 = 0;

  /** Whether nothing is chosen. */
  get isEmpty(): bool {
    return this.parts.count == 0;
  }

  /**
   * Chooses at most `rounds` rounds of at most `maxTokens` tokens for a client of a protocol. `results` are the messages of a request that continues
   * the newest round, which is chosen in any case; otherwise ABSENT. Returns `false`, and nothing is chosen, if there is no such round.
   */
  choose(lines: Slice, key: Slice, secret: Slice, isMessages: bool, results: Slice, rounds: i32, maxTokens: i64): bool {
    this.begin(lines);
    let needs = results;
    let isCurrent = results != ABSENT;
    let whole = 0;
    let tokens: i64 = 0;
    let roundTokens: i64 = 0;
    for (let count = 0; count < rounds || isCurrent;) {
      if (!this.next(key, secret)) break;
      if (!exchange.fits(isMessages)) continue;
      const isAnswered = needs != ABSENT && exchange.isOpen && answersAll(needs, exchange.answer);
      if (needs != ABSENT && !isAnswered) {
        if (isCurrent) break;
        // Its call is not here.
        this.keep(whole);
        roundTokens = 0;
        needs = ABSENT;
      }
      // Nobody has sent the results of its calls.
      if (exchange.isOpen && !isAnswered) continue;
      this.parts.add().messages = exchange.inner;
      roundTokens += exchange.tokens;
      needs = exchange.isContinuation ? exchange.messages : ABSENT;
      if (exchange.isContinuation) continue;
      if (!isCurrent && tokens + roundTokens > maxTokens) break;
      tokens += roundTokens;
      roundTokens = 0;
      whole = this.parts.count;
      if (isCurrent) isCurrent = false;
      else count++;
    }
    this.keep(isCurrent ? 0 : whole);
    return !isCurrent;
  }

  /** Chooses the newest rounds for somebody who wants to read them: exchanges of every form, also with calls that have no result. */
  chooseAll(lines: Slice, key: Slice, secret: Slice, rounds: i32): void {
    this.begin(lines);
    for (let count = 0; count < rounds && this.next(key, secret);) {
      this.parts.add().messages = exchange.inner;
      if (!exchange.isContinuation) count++;
    }
  }

  /** Appends the messages that were chosen, the oldest first, with commas between them. The lines must be valid still. */
  write(out: ByteBuffer): void {
    const from = out.size;
    for (let i = this.parts.count - 1; i >= 0; i--) {
      if (out.size > from) out.byte(COMMA);
      out.append(this.parts.at(i).messages);
    }
  }

  private begin(lines: Slice): void {
    this.bytes.release(4096);
    this.lines = lines;
    this.at = sliceSize(lines);
  }

  /** Reads the next older line that this plugin has written into `exchange`; `false` if there is none. */
  private next(key: Slice, secret: Slice): bool {
    while (this.at > 0) {
      const end = byteAt(this.lines, this.at - 1) == LINE_FEED ? this.at - 1 : this.at;
      let from = end;
      while (from > 0 && byteAt(this.lines, from - 1) != LINE_FEED) from--;
      this.at = from;
      if (exchange.read(subslice(this.lines, from, end), key, secret)) return true;
      if (end > from) refused.add();
    }
    return false;
  }

  private keep(count: i32): void {
    this.parts.removeFrom(count, this.parts.count - count);
  }
}
