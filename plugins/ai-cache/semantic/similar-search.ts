import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { hexValue } from "../../../assembly/bytes/hex";
import { ABSENT, byteAt, Slice, sliceSize, slicesEqual, subslice, trimmed } from "../../../assembly/bytes/slice";
import { Callout, CalloutResponse } from "../../../assembly/host/callout";
import { JsonDocument } from "../../../assembly/json/document";
import { jsonValidate } from "../../../assembly/json/validate";
import { JsonKind, jsonKind, jsonNumber, jsonPlain, jsonUnescape } from "../../../assembly/json/value";
import { ServiceCall } from "../../../assembly/service/call";
import { MatchSink, MOST_MATCHES } from "../vector/vector-store";
import { semanticSearches } from "./notes";
import { Remote } from "./remote";
import { SemanticSettings } from "./settings";
import { SimilarFilter, Tried } from "./similar-filter";
import { readSubject } from "./subject";
import { storeVector } from "./upsert";

/** The digits of a key or a partition. */
const DIGITS: i32 = 64;
const KEPT_BYTES: i32 = 1 << 10;
/** A larger response is none. */
const MOST_REPLY_BYTES: i32 = 4 << 20;
const NOT_ITS_RESPONSE = "the response is not that of the service";

/** What a request waits for. */
const enum Step {
  None,
  Vector,
  Address,
  Matches,
  /** The entry of a record, in the cache's own store. */
  Entry,
}

const call = new ServiceCall();
const entry = new ByteBuffer();

/** Keeps the records that are close enough, or gives them to the filter at once where they have their entries. */
class Matches extends MatchSink {
  search: SimilarSearch | null = null;

  override take(score: Slice, partition: Slice, key: Slice, entryToken: Slice): bool {
    return this.search!.take(score, partition, key, entryToken);
  }
}

const matches = new Matches();

/** The search for a request whose question means the same as that of a stream. */
export class SimilarSearch extends Callout {
  private settings: SemanticSettings | null = null;
  private filter: SimilarFilter | null = null;
  private step: Step = Step.None;
  private isServed: bool = false;
  private readonly question: ByteBuffer = new ByteBuffer();
  private readonly partitionDigits: ByteBuffer = new ByteBuffer();
  private readonly vector: ByteBuffer = new ByteBuffer();
  /** The keys of the records that are close enough, the closest first; which one is next; and their scores. */
  private readonly keys: ByteBuffer = new ByteBuffer();
  private position: i32 = 0;
  private readonly scores: StaticArray<f64> = new StaticArray<f64>(MOST_MATCHES);
  private closest: f64 = NaN;

  /** What the request shares with those that may get its response: digits, or empty if it is not compared by meaning. */
  get partition(): Slice {
    return this.partitionDigits.slice;
  }

  /** Whether the filter waits for the entry of a record. */
  get isReading(): bool {
    return this.step == Step.Entry;
  }

  /** Whether a record was tried: for an equal request that waits another one has found it. */
  get hasFound(): bool {
    return this.position > 0;
  }

  /** The key of the record that was tried last. */
  get key(): Slice {
    return subslice(this.keys.slice, this.position - DIGITS, this.position);
  }

  /** The score of the record that was tried last, or of the closest one if none was; NaN if there was none. */
  get score(): f64 {
    return this.position ? this.scores[this.position / DIGITS - 1] : this.closest;
  }

  /** Reads the request. Without this it is not compared by meaning. */
  prepare(
    settings: SemanticSettings | null,
    secret: ArrayBuffer,
    place: Slice,
    request: JsonDocument,
    isMessages: bool,
  ): void {
    if (settings && readSubject(settings, secret, place, request, isMessages, this.question, this.partitionDigits))
      this.settings = settings;
  }

  /** Starts the search. Returns whether it is under way: then the filter is told. */
  start(filter: SimilarFilter): bool {
    const settings = this.settings;
    if (settings === null || settings.embedder.isResting || settings.store.isResting) return false;
    semanticSearches.add();
    this.filter = filter;
    this.stream = filter.contextId;
    settings.embedder.writeCall(this.question.slice, call);
    return this.send(settings.embedder, Step.Vector);
  }

  /** Tries the next record. */
  tryNext(): void {
    const filter = this.filter;
    if (filter === null) return;
    while (this.position < this.keys.size) {
      this.position += DIGITS;
      this.step = Step.Entry;
      const tried = filter.onSimilar(this.key, ABSENT);
      if (tried == Tried.Later) return;
      this.step = Step.None;
      if (tried == Tried.Served) return;
    }
    this.position = 0;
    this.finish();
  }

  onResponse(response: CalloutResponse): void {
    const settings = this.settings!;
    const step = this.step;
    this.step = Step.None;
    const remote: Remote = step == Step.Vector ? settings.embedder : settings.store;
    const status = response.hasArrived ? response.headers.status : 0;
    const root = rootOf(response, status);
    if (root == ABSENT) {
      if (status == 404) settings.store.forgetAddress();
      remote.fail(status, isGood(status) ? NOT_ITS_RESPONSE : status ? `status ${status}` : "no response");
    } else if (this.read(settings, step, root)) {
      remote.succeed();
      if (step == Step.Matches ? this.isServed : this.advance(settings)) return;
      if (step == Step.Matches) return this.tryNext();
    } else remote.fail(status, NOT_ITS_RESPONSE);
    this.finish();
  }

  /** Stores the vector of the request, with the entry or its key. Outlives the stream. */
  store(key: Slice, stored: Slice): void {
    const settings = this.settings;
    if (settings && this.vector.size) storeVector(settings, this.partition, key, this.vector.slice, stored);
  }

  /** Takes a record of a reply. Returns whether more are taken. */
  take(score: Slice, partition: Slice, key: Slice, entryToken: Slice): bool {
    const settings = this.settings!;
    const digits = jsonPlain(key);
    if (jsonKind(score) != JsonKind.Number || !isDigits(digits)) return true;
    if (!slicesEqual(jsonPlain(partition), this.partition)) return true;
    const number = jsonNumber(score);
    if (isNaN(this.closest)) this.closest = number;
    if (!settings.store.accepts(number)) return true;
    const count = this.keys.size / DIGITS;
    if (count == MOST_MATCHES) return false;
    this.keys.append(digits);
    this.scores[count] = number;
    if (!settings.store.keepsEntries) return true;
    this.position = this.keys.size;
    entry.clear();
    if (jsonKind(entryToken) == JsonKind.String) jsonUnescape(entryToken, entry);
    this.isServed = this.filter!.onSimilar(this.key, entry.slice) == Tried.Served;
    return !this.isServed;
  }

  /** Ends the search, and forgets the stream. */
  reset(): void {
    if (this.isPending) this.drop();
    this.stream = 0;
    this.settings = null;
    this.filter = null;
    this.step = Step.None;
    this.isServed = false;
    this.question.release(KEPT_BYTES);
    this.partitionDigits.release(KEPT_BYTES);
    this.vector.release(KEPT_BYTES);
    this.keys.release(KEPT_BYTES);
    this.position = 0;
    this.closest = NaN;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.question.dispose();
    this.partitionDigits.dispose();
    this.vector.dispose();
    this.keys.dispose();
  }

  /** Reads the reply to a call. Returns `false` if it is none. */
  private read(settings: SemanticSettings, step: Step, root: Slice): bool {
    if (step == Step.Vector) return settings.embedder.readReply(root, this.vector);
    if (step == Step.Address) return settings.store.readAddress(root);
    matches.search = this;
    const isReply = settings.store.readMatches(root, matches);
    matches.search = null;
    return isReply;
  }

  /** Makes the call that follows. Returns whether it was sent. */
  private advance(settings: SemanticSettings): bool {
    const store = settings.store;
    if (store.needsAddress) {
      store.writeAddressCall(call);
      return this.send(store, Step.Address);
    }
    store.writeQuery(this.partition, this.vector.slice, call);
    return this.send(store, Step.Matches);
  }

  private send(remote: Remote, step: Step): bool {
    this.step = step;
    if (call.send(remote.service, remote.timeoutMilliseconds, this)) return true;
    this.step = Step.None;
    remote.fail(0, "the call could not be sent");
    return false;
  }

  private finish(): void {
    const filter = this.filter;
    if (filter) filter.onNoneSimilar();
  }
}

/** The JSON value of a response with status 2xx; ABSENT if there is none. */
function rootOf(response: CalloutResponse, status: i32): Slice {
  if (!isGood(status) || response.body.size > MOST_REPLY_BYTES) return ABSENT;
  const body = response.body.bytes();
  return jsonValidate(body) ? ABSENT : trimmed(body);
}

function isGood(status: i32): bool {
  return status >= 200 && status <= 299;
}

function isDigits(text: Slice): bool {
  if (sliceSize(text) != DIGITS) return false;
  for (let i = 0; i < DIGITS; i++) if (hexValue(byteAt(text, i)) > 15) return false;
  return true;
}
