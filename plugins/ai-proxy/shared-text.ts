import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  ABSENT,
  Slice,
  sliceEquals,
  sliceOf,
  sliceOfBuffer,
  sliceSize,
  sliceStart,
  subslice,
} from "../../assembly/bytes/slice";
import { Callout, CalloutResponse, dispatchHttp } from "../../assembly/host/callout";
import { now } from "../../assembly/host/clock";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { log, LogLevel } from "../../assembly/host/log";
import { setSharedData, sharedData, sharedDataVersion, Written } from "../../assembly/host/shared-data";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { JsonKind, jsonKind, jsonUnescape } from "../../assembly/json/value";

/** The bytes of a time: in front of the shared text that at which it was fetched, under a key of its own that of the last try. */
const STAMP = 8;
/** Milliseconds between two tries of a source that fails. */
const RETRY: u64 = 5_000;
/** A source that no request has asked for so long is not fetched any more, until one does. */
const REST: u64 = 3_600_000;

const value = new ByteBuffer();
const document = new JsonDocument();
const request = new HeaderPairs();

/** What hears that a text was fetched, or could not be. */
export abstract class TextListener {
  abstract onText(): void;
}

/**
 * A text that is fetched over HTTP through a cluster, and shared by all workers: one of them fetches it, and again when it
 * has become old. The last good copy serves as long as the source fails.
 */
export class SharedText {
  private readonly key: ArrayBuffer;
  private readonly tryKey: ArrayBuffer;
  private usedAt: u64 = 0;
  /** Whether the last try of this VM failed: it is told once. */
  isFailing: bool = false;
  /** The value of `authorization` that the source wants; "" for none. */
  authorization: string = "";
  /** The member of a JSON answer that is the text; "" where the answer is the text. */
  member: string = "";

  /** `cluster` is "" where only requests know it: then nothing is fetched before one comes. */
  constructor(
    readonly cluster: string,
    readonly authority: string,
    readonly path: string,
    private readonly refreshMilliseconds: u64,
    readonly timeout: i32,
  ) {
    const name = `ai-proxy.text|${cluster}|${authority}|${path}`;
    this.key = String.UTF8.encode(name);
    this.tryKey = String.UTF8.encode(name + "|try");
  }

  /** What tells it from others. */
  get name(): string {
    return `${this.cluster}|${this.authority}${this.path}`;
  }

  /** Makes room for the time of the last try, so that workers can compete for the next one. */
  prepare(): void {
    if (sharedData(sliceOfBuffer(this.tryKey)) == ABSENT) this.noteTry(0, 0);
  }

  /** The text, UTF-8; ABSENT if it was never fetched. Valid until the callback returns. */
  read(): Slice {
    this.usedAt = milliseconds();
    const shared = sharedData(sliceOfBuffer(this.key));
    return shared == ABSENT ? ABSENT : subslice(shared, STAMP);
  }

  /** Fetches the text if it is missing or old, and no other worker is at it. `cluster` is that of the request, if any. */
  refresh(cluster: string = this.cluster): void {
    const time = milliseconds();
    if (!cluster.length || (this.usedAt && time - this.usedAt > REST)) return;
    const shared = sharedData(sliceOfBuffer(this.key));
    if (shared != ABSENT && time - stampOf(shared) < this.refreshMilliseconds) return;
    const tried = sharedData(sliceOfBuffer(this.tryKey));
    if (tried != ABSENT && time - stampOf(tried) < RETRY) return;
    if (this.noteTry(time, sharedDataVersion()) == Written.Yes) this.fetch(cluster, new Refresh(this));
  }

  /** Fetches the text for a request that waits for it; `false` where that cannot be done, or has just failed. */
  fetchFor(stream: u32, cluster: string, listener: TextListener): bool {
    const time = milliseconds();
    const tried = sharedData(sliceOfBuffer(this.tryKey));
    if (this.isFailing && tried != ABSENT && time - stampOf(tried) < RETRY) return false;
    this.noteTry(time, 0);
    const callout = new Refresh(this);
    callout.stream = stream;
    callout.listener = listener;
    return this.fetch(cluster, callout);
  }

  /** Shares what was fetched. */
  share(text: Slice): void {
    this.isFailing = false;
    value.release(64 * 1024);
    value.append(text);
    setSharedData(sliceOfBuffer(this.key), value.slice);
  }

  private fetch(cluster: string, callout: Callout): bool {
    request.clear().addText(":method", "GET").addText(":path", this.path).addText(":authority", this.authority);
    if (this.authorization.length) request.addText("authorization", this.authorization);
    const isSent = dispatchHttp(cluster, request, ABSENT, this.timeout, callout);
    if (!isSent) this.tell(`the cluster ${cluster} cannot be asked`);
    return isSent;
  }

  /** Says once why the source fails. */
  tell(reason: string): void {
    if (this.isFailing) return;
    this.isFailing = true;
    log(LogLevel.Warn, `ai-proxy: no text from ${this.authority}${withoutQuery(this.path)}: ${reason}`);
  }

  private noteTry(time: u64, version: u32): Written {
    value.clear();
    stamp(time);
    return setSharedData(sliceOfBuffer(this.tryKey), value.slice, version);
  }
}

class Refresh extends Callout {
  listener: TextListener | null = null;

  constructor(private readonly source: SharedText) {
    super();
  }

  onResponse(response: CalloutResponse): void {
    const text = this.textOf(response);
    if (text != ABSENT) this.source.share(text);
    const listener = this.listener;
    if (listener) listener.onText();
  }

  /** The time and the text; ABSENT where there is none. */
  private textOf(response: CalloutResponse): Slice {
    const source = this.source;
    const status = response.headers.get(":status");
    if (!sliceEquals(status, "200")) {
      source.tell(status == ABSENT ? "no answer" : "its status is not 200");
      return ABSENT;
    }
    received.release(64 * 1024);
    store<u64>(received.reserve(STAMP), milliseconds());
    received.size += STAMP;
    const body = response.body.bytes();
    if (!source.member.length) received.append(body);
    else if (document.parse(body) == JsonError.None && jsonKind(document.get(source.member)) == JsonKind.String) {
      jsonUnescape(document.get(source.member), received);
    }
    if (received.size > STAMP) return received.slice;
    source.tell("its answer holds no text");
    return ABSENT;
  }
}

const received = new ByteBuffer();

function milliseconds(): u64 {
  return now() / 1_000_000;
}

function stamp(time: u64): void {
  store<u64>(value.reserve(STAMP), time);
  value.size += STAMP;
}

function stampOf(shared: Slice): u64 {
  return sliceSize(shared) < STAMP ? 0 : load<u64>(sliceStart(shared));
}

function withoutQuery(path: string): string {
  const mark = path.indexOf("?");
  return mark < 0 ? path : path.substring(0, mark);
}
