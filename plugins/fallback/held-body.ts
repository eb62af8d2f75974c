import { FirstContent, FirstContentReader } from "../../assembly/ai/first-content";
import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { withoutQuery } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceSize, subslice } from "../../assembly/bytes/slice";
import { savedHeader } from "../../assembly/host/header-snapshot";
import { HoldDeadline, HoldingFilter } from "../../assembly/plugin/hold-deadline";
import { Attempts } from "./attempts";

/** What a response is held for. */
export const enum Holding {
  Nothing,
  /** The first content of a stream. */
  Stream,
  /** An error body, which may say that the request is too long. */
  Error,
  /** An error body, which may say how long to wait. */
  Hints,
}

/** The most bytes of an error body that are held. */
const MOST_ERROR_BYTES = 65_536;
/** The most bytes of an error body that are read for hints, and the longest time for them in milliseconds. */
const MOST_HINT_BYTES = 8192;
const HINT_TIME = 500;
const KEPT_BYTES = 4096;

const path = new RequestPath();

/** The beginning of a response body, held until enough of it is known. */
export class HeldBody {
  /** What it is held for. */
  holding: Holding = Holding.Nothing;
  /** What the stream has said so far. */
  content: FirstContent = FirstContent.Waiting;
  private reader: FirstContentReader | null = null;
  private readonly body: ByteBuffer = new ByteBuffer();
  private size: i32 = 0;
  private limit: i32 = 0;
  private readonly deadline: HoldDeadline = new HoldDeadline();

  /** Whether nothing is held. */
  get isEmpty(): bool {
    return this.holding == Holding.Nothing;
  }

  /** The bytes of an error body. */
  get bytes(): Slice {
    return this.body.slice;
  }

  /** The error of a stream. */
  get error(): Slice {
    const reader = this.reader;
    return reader ? reader.error : ABSENT;
  }

  /** Begins to hold the response of an attempt. */
  begin(filter: HoldingFilter, holding: Holding, attempts: Attempts): void {
    const config = attempts.config;
    this.holding = holding;
    this.content = FirstContent.Waiting;
    this.size = 0;
    if (holding == Holding.Stream) {
      this.limit = config.holdBytes;
      path.read(withoutQuery(savedHeader(attempts.headers.slice, ":path")));
      this.reader = new FirstContentReader(path.api, config.holdBytes);
    } else this.limit = holding == Holding.Hints ? MOST_HINT_BYTES : MOST_ERROR_BYTES;
    this.deadline.begin(filter, holding == Holding.Hints ? HINT_TIME : <u32>config.holdTime);
  }

  /** Reads the next chunk. Returns whether enough is known, or no more may be held. */
  push(chunk: Slice, isLastChunk: bool): bool {
    this.size += sliceSize(chunk);
    const reader = this.reader;
    if (reader === null) {
      this.body.append(subslice(chunk, 0, this.limit - this.body.size));
      return isLastChunk || this.size >= this.limit;
    }
    this.content = reader.push(chunk);
    if (isLastChunk) this.content = reader.finish();
    return this.content != FirstContent.Waiting || this.size >= this.limit;
  }

  /** Nothing is held any more. */
  end(): void {
    this.holding = Holding.Nothing;
    this.content = FirstContent.Waiting;
    const reader = this.reader;
    if (reader) reader.dispose();
    this.reader = null;
    this.body.release(KEPT_BYTES);
    this.size = 0;
    this.limit = 0;
    this.deadline.end();
  }
}
