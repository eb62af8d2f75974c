import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { byteAt } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { namedProperty } from "../../assembly/host/property";
import { HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { Attempts, NONE } from "./attempts";
import { attemptsTable } from "./attempts-table";
import { nextTarget } from "./next-target";
import { Reason } from "./reason";
import { redirect } from "./redirect";

const TOMBSTONE = "xds\0upstream_host_metadata\0filter_metadata\0fallback\0tombstone";
const UNAVAILABLE = 503;
const pool = new FilterPool<UpstreamFilter>();

/** The filter in the router's chain: sees the response of each attempt, and turns a failed one into a redirect. */
export class UpstreamFilter extends HttpFilter {
  private slot: i32 = 0;
  private generation: u32 = 0;
  private hasResponse: bool = false;

  /** A filter for one attempt of the request. */
  static of(attempts: Attempts): UpstreamFilter {
    const spare = pool.take();
    const filter = spare ? spare : new UpstreamFilter();
    filter.slot = attempts.slot;
    filter.generation = attempts.generation;
    return filter;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const attempts = this.attempts;
    if (attempts === null) return HeadersAction.Continue;
    this.hasResponse = true;
    const status = statusOf(headers.get(":status"));
    if (status >= 300 && status < 400) headers.remove("location");
    const config = attempts.config!;
    if (status == UNAVAILABLE && sliceSize(namedProperty(TOMBSTONE))) {
      this.failed(attempts, reasonOfTombstone(attempts), status, headers);
    } else if (config.on.hasStatus(status)) this.failed(attempts, Reason.Status, status, headers);
    return HeadersAction.Continue;
  }

  override onStreamDone(): void {
    const attempts = this.attempts;
    if (attempts && !this.hasResponse) attempts.isBroken = true;
  }

  override free(): void {
    this.slot = 0;
    this.generation = 0;
    this.hasResponse = false;
    pool.give(this);
  }

  /** The record of the request; `null` if the request has ended. */
  private get attempts(): Attempts | null {
    return attemptsTable.get(this.slot, this.generation);
  }

  private failed(attempts: Attempts, reason: Reason, status: i32, headers: HeaderMap): void {
    attempts.reason = reason;
    attempts.status = status;
    const next = nextTarget(attempts);
    if (next == NONE) return;
    attempts.next = next;
    redirect(attempts, headers);
  }
}

function reasonOfTombstone(attempts: Attempts): Reason {
  return attempts.isBroken ? Reason.Reset : Reason.ConnectFailure;
}

function statusOf(value: Slice): i32 {
  if (sliceSize(value) != 3) return 0;
  return <i32>(100 * byteAt(value, 0) + 10 * byteAt(value, 1) + byteAt(value, 2)) - 111 * 0x30;
}
