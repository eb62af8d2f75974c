// SPDX-License-Identifier: Apache-2.0
import { DataStatus, HeadersStatus, TrailersStatus } from "./abi.ts";
import { Bytes } from "./bytes.ts";
import type { HeaderMap } from "./header-map.ts";

/** What a direction of a stream calls: the filter, and what stands behind it. */
export interface DirectionHooks {
  callHeaders(headers: HeaderMap, end: boolean): number;
  callData(data: Bytes, end: boolean): number;
  callTrailers(trailers: HeaderMap): number;
  sinkHeaders(headers: HeaderMap, end: boolean): void;
  sinkData(data: Buffer, end: boolean): void;
  sinkTrailers(trailers: HeaderMap): void;
  /** More was buffered than the limit allows. */
  tooLarge(): void;
  /** A local reply ended this direction during the callback; what was prepared is sent now. */
  endedByReply(): boolean;
  /** The stream is over: nothing may continue. */
  over(): boolean;
}

type Iteration = "continue" | "stop" | "stopAllAndBuffer" | "stopAllAndWatermark";

/**
 * One direction of a stream through one filter: when headers are held, what is buffered, and what goes on. It follows
 * Envoy's filter manager (source/common/http/filter_manager.cc) step by step, names included.
 */
export class FilterDirection {
  private iteration: Iteration = "continue";
  private headersContinued = false;
  private heldHeaders = false;
  private iterateFromCurrent = false;
  private filterEnded = false;
  private complete = false;
  private streaming = false;
  private isCalling = false;
  private headerMap: HeaderMap | null = null;
  private trailerMap: HeaderMap | null = null;
  private buffered: Bytes | null = null;

  constructor(
    private readonly hooks: DirectionHooks,
    private readonly bufferLimit: number,
  ) {}

  /** The filter said "stop" and did not continue yet. */
  get stopped(): boolean {
    return this.iteration !== "continue";
  }

  /** What was buffered has gone on, and bytes, or the end, came to the empty buffer since: "continue" sends them, too. */
  get hasMore(): boolean {
    return this.buffered !== null && (this.buffered.length > 0 || this.isCalling);
  }

  /** Whether the filter has held the headers. */
  get hasHeldHeaders(): boolean {
    return this.heldHeaders;
  }

  /** The body that is buffered so far. */
  get bufferedBody(): Bytes {
    return (this.buffered ??= new Bytes());
  }

  headers(headers: HeaderMap, end: boolean): void {
    this.headerMap = headers;
    this.complete = end;
    this.filterEnded = end;
    const status = this.hooks.callHeaders(headers, end);
    if (this.hooks.endedByReply()) return;
    this.heldHeaders = status !== HeadersStatus.Continue;
    if (status === HeadersStatus.StopIteration) this.iteration = "stop";
    else if (status === HeadersStatus.StopAllAndBuffer) this.iteration = "stopAllAndBuffer";
    else if (status === HeadersStatus.StopAllAndWatermark) this.iteration = "stopAllAndWatermark";
    else {
      this.headersContinued = true;
      this.hooks.sinkHeaders(headers, end);
    }
  }

  data(data: Buffer, end: boolean): void {
    if (end) this.complete = true;
    this.throughFilter(new Bytes(data), end);
  }

  trailers(trailers: HeaderMap): void {
    this.trailerMap = trailers;
    this.complete = true;
    this.trailersThroughFilter(trailers);
  }

  /** Trailers that the filter adds in its last body callback. */
  addTrailers(trailers: HeaderMap): void {
    this.trailerMap = trailers;
  }

  /** Moves a piece to the body that is buffered so far, before the filter sees all of it. */
  addToBuffer(data: Bytes): void {
    this.streaming = false;
    this.buffer(data);
  }

  /** Goes on after a stop: what was held goes through, or first to the filter if it saw nothing of it yet. */
  continue(): void {
    if (this.hooks.over()) return;
    this.iterateFromCurrent = this.stoppedAll;
    this.iteration = "continue";
    if (!this.headersContinued && this.headerMap) {
      this.headersContinued = true;
      this.hooks.sinkHeaders(this.headerMap, this.complete && !this.buffered && !this.trailerMap);
    }
    const trailers = this.trailerMap;
    if (this.buffered) this.passData(this.buffered, this.complete && !trailers);
    if (trailers) this.passTrailers(trailers);
    this.iterateFromCurrent = false;
  }

  private get stoppedAll(): boolean {
    return this.iteration === "stopAllAndBuffer" || this.iteration === "stopAllAndWatermark";
  }

  private throughFilter(data: Bytes, end: boolean): void {
    if (this.stoppedAll) {
      this.streaming = this.iteration === "stopAllAndWatermark";
      return this.buffer(data);
    }
    if (this.filterEnded) return;
    const hadTrailers = this.trailerMap !== null;
    this.filterEnded = end && !hadTrailers;
    this.isCalling = true;
    const status = this.hooks.callData(data, this.filterEnded);
    this.isCalling = false;
    if (this.hooks.endedByReply()) return;
    const added = hadTrailers ? null : this.trailerMap;
    if (this.goesOn(status, data)) this.hooks.sinkData(data.take(), end && !added);
    if (added && !this.stopped) this.hooks.sinkTrailers(added);
  }

  private goesOn(status: number, data: Bytes): boolean {
    if (status === DataStatus.Continue) {
      if (this.iteration !== "stop") return true;
      this.buffer(data);
      this.continue();
      return false;
    }
    this.iteration = "stop";
    if (status === DataStatus.StopAndBuffer || status === DataStatus.StopAndWatermark) {
      this.streaming = status === DataStatus.StopAndWatermark;
      this.buffer(data);
    } else if (this.complete && !this.trailerMap && !this.buffered) {
      // The end of the stream must still arrive once the filter continues.
      this.buffered = new Bytes();
    }
    return false;
  }

  private trailersThroughFilter(trailers: HeaderMap): void {
    if (this.stoppedAll) return;
    const status = this.hooks.callTrailers(trailers);
    this.filterEnded = true;
    if (this.hooks.endedByReply()) return;
    if (status === TrailersStatus.Continue) {
      if (this.iteration === "stop") this.continue();
      else this.hooks.sinkTrailers(trailers);
    } else if (this.iteration === "continue") this.iteration = "stop";
  }

  private passData(data: Bytes, end: boolean): void {
    if (this.iterateFromCurrent) this.throughFilter(data, end);
    else this.hooks.sinkData(data.take(), end);
  }

  private passTrailers(trailers: HeaderMap): void {
    if (this.iterateFromCurrent) this.trailersThroughFilter(trailers);
    else this.hooks.sinkTrailers(trailers);
  }

  private buffer(data: Bytes): void {
    if (data === this.buffered) return;
    const body = this.bufferedBody;
    const fitted = body.length <= this.bufferLimit;
    body.append(data.take());
    if (fitted && body.length > this.bufferLimit && !this.streaming) this.hooks.tooLarge();
  }
}
