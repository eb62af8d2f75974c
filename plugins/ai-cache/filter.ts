import { Api } from "../../assembly/ai/api";
import { CACHE_HEADER, FALLBACK_FROM_HEADER } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceEquals, sliceOfBuffer, slicesEqual, sliceSize } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { nowInSeconds } from "../../assembly/host/clock";
import { HeaderMap } from "../../assembly/host/headers";
import { JsonDocument } from "../../assembly/json/document";
import { refuseCompression } from "../../assembly/limit/compression";
import { isRedirected, mayBeLaterPass } from "../../assembly/limit/request-state";
import { BodyAction, BodyMode, HeadersAction } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { AiCacheConfig } from "./config";
import { Directives } from "./directives";
import { Entry, ENTRY_OVERHEAD, EntryFault, keyOfEntry } from "./entry/entry";
import { Filling } from "./filling";
import { beginFlight, Flight, flightOf, Landing, Waiter } from "./flight";
import { bypasses, joined, misses, refused } from "./metrics";
import { notePass, noteResult, noteScore, Part, readPass } from "./pass-state";
import { replyNotCached, replyWith } from "./reply";
import { CachedRequest, mayHaveJson, isCached } from "./request/cached-request";
import { readKey, writePlace } from "./request/key";
import { KnownPath } from "./request/known-path";
import { copyEntry, isCopy, mayServe } from "./semantic/copies";
import { SearchingFilter } from "./semantic/searching-filter";
import { LATER } from "./store/store";

const SKIP_HEADER = "x-higress-skip-ai-cache";
const KEPT_BYTES: i32 = 1 << 10;

const pool = new FilterPool<AiCacheFilter>();
const path = new KnownPath();
const document = new JsonDocument();
const entry = new Entry();

/** Replies to a request with a stored response, or stores the response. */
export class AiCacheFilter extends SearchingFilter {
  private config: AiCacheConfig | null = null;
  private api: Api = Api.Unknown;
  private part: Part = Part.None;
  /** Whether the response gets the header that says so. */
  private isBypassed: bool = false;
  /** Whether a fallback target serves the request. */
  private isFallback: bool = false;
  /** Whether there is an entry for those who wait. */
  private hasEntry: bool = false;
  private hasResponse: bool = false;
  private readonly directives: Directives = new Directives();
  private readonly request: CachedRequest = new CachedRequest();
  /** All of the key but the body. */
  private readonly place: ByteBuffer = new ByteBuffer();
  /** The key, in hexadecimal digits. */
  private readonly key: ByteBuffer = new ByteBuffer();
  /** The key of the reference; empty for the key that is the whole request. */
  private readonly question: ByteBuffer = new ByteBuffer();
  private readonly filling: Filling = new Filling();
  private readonly waiter: Waiter = new Waiter();
  /** The flight that the request leads. */
  private flight: Flight | null = null;

  /** A filter for one stream. */
  static of(config: AiCacheConfig): AiCacheFilter {
    const spare = pool.take();
    const filter = spare ? spare : new AiCacheFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    if (config.isOff || endOfStream || !sliceEquals(headers.get(":method"), "POST")) return HeadersAction.Continue;
    path.read(headers.get(":path"));
    if (!isCached(path.api)) return HeadersAction.Continue;
    this.api = path.api;
    if (mayBeLaterPass(headers)) this.part = readPass(this.key, this.question);
    if (this.part != Part.None) return this.onLaterPass(headers);
    if (sliceEquals(headers.get(SKIP_HEADER), "on")) return this.bypass("skip");
    this.directives.read(headers);
    if (!mayHaveJson(headers) || !writePlace(config, path, headers, this.place)) return this.bypass("bypass");
    refuseCompression(headers);
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    if (!this.findsKey(body.bytes())) {
      this.bypass("bypass");
      return BodyAction.Continue;
    }
    if (this.directives.noCache) return this.goesOn();
    return this.looksUp() ? this.looksFurther() : BodyAction.Pause;
  }

  override onLanding(landing: Landing, flight: Flight): void {
    if (landing == Landing.Stored && this.serve(flight.entry, keyOfEntry(flight.entry))) return joined.add();
    if (landing != Landing.Lost) return this.goOn();
    this.flight = flight;
    // The one that has left may not have had the store's reply.
    if (this.config!.store.isLocal || !this.findsLater()) this.goFurther();
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const isStored = this.part == Part.Leader || this.part == Part.Single;
    if (this.part == Part.None && !this.isBypassed) return HeadersAction.Continue;
    this.hasResponse = true;
    headers.setText(CACHE_HEADER, this.isBypassed ? "bypass" : "miss");
    if (isStored && !endOfStream && this.filling.begin(headers, this.api)) this.responseBodyMode = BodyMode.Streaming;
    else this.release();
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    const filling = this.filling;
    if (!filling.isOpen) return chunk;
    filling.push(chunk, this.config!);
    if (!filling.isOpen) {
      this.responseBodyMode = BodyMode.Skip;
      this.release();
      // Some clients leave when they have read the last event.
    } else if (isLastChunk || filling.isWhole) this.fill();
    return chunk;
  }

  override onResponseTrailers(trailers: HeaderMap): HeadersAction {
    this.fill();
    return HeadersAction.Continue;
  }

  override onStreamDone(): void {
    if (this.waiter.isWaiting) this.waiter.leave();
    if (this.storesVector) this.search.store(this.key.slice, this.filling.entry.slice);
    const flight = this.flight;
    if (flight === null) return;
    if (this.hasEntry) flight.end(this.filling.entry.slice);
    else if (!this.hasResponse && isRedirected()) flight.move();
    else if (this.hasResponse && !this.filling.isOpen) flight.release();
    else flight.pass();
    this.flight = null;
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    // The pool is full: the object is left to the collector.
    this.place.dispose();
    this.key.dispose();
    this.question.dispose();
    this.filling.free();
    this.search.dispose();
  }

  private reset(): void {
    const config = this.config;
    const isCompared = config !== null && config.semantic !== null;
    this.config = null;
    this.api = Api.Unknown;
    this.part = Part.None;
    this.isBypassed = false;
    this.isFallback = false;
    this.hasEntry = false;
    this.hasResponse = false;
    this.directives.reset();
    this.request.reset();
    this.place.release(KEPT_BYTES);
    this.key.release(KEPT_BYTES);
    this.question.release(KEPT_BYTES);
    if (this.filling.isUsed) this.filling.reset();
    if (this.waiter.isWaiting) this.waiter.leave();
    if (isCompared) this.search.reset();
    this.storesVector = false;
    this.lookup.filter = null;
    this.flight = null;
  }

  /** An internal redirect sends the request again: its key and its part stay those of the first pass. */
  private onLaterPass(headers: HeaderMap): HeadersAction {
    this.isFallback = sliceSize(headers.get(FALLBACK_FROM_HEADER)) > 0;
    refuseCompression(headers);
    if (this.part != Part.Leader) return HeadersAction.Continue;
    const flight = flightOf(this.key.slice);
    if (flight) flight.resume();
    this.flight = flight;
    return HeadersAction.Continue;
  }

  /** Leaves the request alone, or refuses it if its client wants what is stored and nothing else. */
  private bypass(what: string): HeadersAction {
    this.isBypassed = true;
    bypasses.add();
    noteResult(what);
    if (this.directives.onlyIfCached) replyNotCached(this.api, "bypass");
    return HeadersAction.Continue;
  }

  /** Reads the request. Returns whether it has a key. */
  private findsKey(body: Slice): bool {
    const config = this.config!;
    const place = this.place.slice;
    if (!readKey(config, this.api, place, body, document, this.request, this.key, this.question)) return false;
    this.search.prepare(config.semantic, config.secret, place, document, this.api == Api.Messages);
    return true;
  }

  /** Looks for a response, and for a request that already asks for it. Returns whether the request goes to the provider now. */
  private looksUp(): bool {
    const store = this.config!.store;
    if (!store.isLocal) {
      if (this.joins()) return false;
      this.lead();
      return !this.findsLater();
    }
    if (this.findsLater() || this.joins()) return false;
    this.lead();
    return true;
  }

  /** Asks the store. Returns whether `onFound` follows, or a reply was sent. */
  private findsLater(): bool {
    const found = this.find(this.key.slice, this.question.slice);
    return found == LATER || this.serve(found, this.key.slice);
  }

  /** Waits for the response to an equal request, if there is one. */
  private joins(): bool {
    const wait = this.config!.waitTimeout;
    if (!wait || !this.directives.waits) return false;
    const flight = flightOf(this.key.slice);
    if (flight === null || flight.isLost) return false;
    this.waiter.begin(this, flight, wait);
    return true;
  }

  /** Lets equal requests wait for this one. */
  private lead(): void {
    if (this.config!.waitTimeout && this.directives.waits) this.flight = beginFlight(this.key.slice);
  }

  protected override get ownKey(): Slice {
    return this.key.slice;
  }

  protected override find(key: Slice, question: Slice): Slice {
    return this.config!.store.find(key, question, this.config!.maxBytes + ENTRY_OVERHEAD, this);
  }

  protected override serve(stored: Slice, key: Slice): bool {
    const config = this.config!;
    const now = nowInSeconds();
    const isSimilar = !slicesEqual(key, this.key.slice);
    let fault = entry.read(stored, key, sliceOfBuffer(config.secret), now);
    if (!mayServe(entry, isSimilar, this.search.partition, config.semantic)) fault = max(fault, EntryFault.Missing);
    const age = max<i64>(now - entry.created, 0);
    if (fault == EntryFault.None && this.directives.accepts(age)) {
      if (replyWith(entry, config, this.api, this.request, age, isSimilar || isCopy(entry))) {
        if (isSimilar) noteScore(this.search.score);
        if (this.search.hasFound && !this.directives.noStore) copyEntry(entry, this.key.slice, config, now);
        this.hasEntry = true;
        if (this.flight) this.filling.keep(stored);
        return true;
      }
      refused.add();
    } else if (fault == EntryFault.Refused) refused.add();
    return false;
  }

  protected override goesOn(): BodyAction {
    if (this.directives.onlyIfCached) {
      noteResult("miss");
      replyNotCached(this.api, "miss");
      return BodyAction.Pause;
    }
    misses.add();
    noteResult("miss");
    this.part = this.flight ? Part.Leader : this.directives.noStore ? Part.Reader : Part.Single;
    notePass(this.part, this.key.slice, this.question.slice);
    return BodyAction.Continue;
  }

  /** The response has ended. */
  private fill(): void {
    if (!this.filling.isOpen) return;
    const isStored = !this.isFallback || this.config!.storesFallback;
    const filling = this.filling;
    this.hasEntry = filling.end(this.config!, this.key.slice, this.question.slice, this.search.partition, isStored);
    this.storesVector = this.hasEntry && isStored && !filling.hasToolCalls;
  }

  /** Those who wait need not wait any longer. */
  private release(): void {
    const flight = this.flight;
    if (flight) flight.release();
    this.flight = null;
  }
}
