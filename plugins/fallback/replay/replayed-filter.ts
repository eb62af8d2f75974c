import {
  FALLBACK_FROM_HEADER,
  FALLBACK_TARGET_HEADER,
  REPLAY_HEADER,
  TOMBSTONE_HEADER,
} from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, sliceSize } from "../../../assembly/bytes/slice";
import { now } from "../../../assembly/host/clock";
import { HeaderMap } from "../../../assembly/host/headers";
import { HeadersAction, HttpFilter } from "../../../assembly/plugin/filter";
import { FilterPool } from "../../../assembly/plugin/filter-pool";
import { isMark, MarkedRequest } from "./mark";
import { replaySecret } from "./secret";

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
/** Bytes of memory that are kept for the next request. */
const KEPT_BYTES = 1024;
const pool = new FilterPool<ReplayedFilter>();

/** The filter of a request that says that it was sent again. It is not sent again a second time, whether that is true or not. */
export class ReplayedFilter extends HttpFilter {
  /** The route from which the request fell back; empty if it did not. */
  private readonly from: ByteBuffer = new ByteBuffer();

  /** A filter for one request. */
  static create(): ReplayedFilter {
    const spare = pool.take();
    return spare ? spare : new ReplayedFilter();
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const from = headers.get(FALLBACK_FROM_HEADER);
    const target = headers.get(FALLBACK_TARGET_HEADER);
    const request = new MarkedRequest(from, target, headers.get(":method"), headers.get(":path"));
    const secret = replaySecret(null);
    const time = now() / NANOSECONDS_PER_MILLISECOND;
    if (secret != ABSENT && isMark(secret, request, time, headers.get(REPLAY_HEADER))) {
      this.from.append(from);
    } else {
      headers.remove(FALLBACK_FROM_HEADER);
      headers.remove(FALLBACK_TARGET_HEADER);
    }
    headers.remove(REPLAY_HEADER);
    headers.remove(TOMBSTONE_HEADER);
    return HeadersAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (this.from.size) headers.set(FALLBACK_FROM_HEADER, this.from.slice);
    else if (sliceSize(headers.get(FALLBACK_FROM_HEADER))) headers.remove(FALLBACK_FROM_HEADER);
    return HeadersAction.Continue;
  }

  override free(): void {
    this.from.release(KEPT_BYTES);
    pool.give(this);
  }
}
