import { Api } from "../../assembly/ai/api";
import { CUT_STATE, MODEL_HEADER, PROVIDER_HEADER } from "../../assembly/ai/contract";
import { ResponseReader } from "../../assembly/ai/hub/response-reader";
import { TokenUsage } from "../../assembly/ai/usage";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../../assembly/bytes/slice";
import { nowInSeconds, randomBelow } from "../../assembly/host/clock";
import { HeaderMap } from "../../assembly/host/headers";
import { namedProperty } from "../../assembly/host/property";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { escapeJson } from "../../assembly/json/writer";
import { ResponseBody, responseBodyOf } from "../../assembly/limit/response-body";
import { AiCacheConfig } from "./config";
import { ChatRecorder } from "./entry/chat-recorder";
import { ENTRY_OVERHEAD, writeEntry } from "./entry/entry";
import { EntryWriter } from "./entry/entry-writer";
import { MessagesRecorder } from "./entry/messages-recorder";
import { ResponsesRecorder } from "./entry/responses-recorder";
import { stored } from "./metrics";

/** Bytes of names that are kept. */
const LONGEST_NAME: i32 = 256;
/** Memory that is kept for the next response. */
const KEPT_BYTES: i32 = 4 << 10;
/** A lifetime is shortened by up to one part in so many: entries of one moment do not end in one moment. */
const JITTER: i32 = 10;

const document = new JsonDocument();

/** The response to a request while it passes, until it is an entry. */
export class Filling {
  /** Reads the response in its client's protocol. */
  private recorder: ResponseReader | null = null;
  /** Writes the stored message. */
  private writer: EntryWriter | null = null;
  private readonly usage: TokenUsage = new TokenUsage();
  /** The message of a stream, or the text of a response that is not streamed. */
  private readonly message: ByteBuffer = new ByteBuffer();
  private readonly provider: ByteBuffer = new ByteBuffer();
  private readonly model: ByteBuffer = new ByteBuffer();
  private isStream: bool = false;
  /** Whether it was begun, or keeps an entry: otherwise there is nothing to reset. */
  isUsed: bool = false;
  /** Whether the response that has ended has tool calls. */
  hasToolCalls: bool = false;
  /** The bytes of the entry; empty until it was stored. */
  readonly entry: ByteBuffer = new ByteBuffer();

  /** Begins with the headers of a response. Returns whether its body is read. */
  begin(headers: HeaderMap, api: Api): bool {
    const form = responseBodyOf(headers);
    if (form == ResponseBody.None) return false;
    this.isUsed = true;
    this.isStream = form == ResponseBody.Stream;
    keepName(this.provider, headers.get(PROVIDER_HEADER));
    keepName(this.model, headers.get(MODEL_HEADER));
    this.usage.reset();
    const writer = new EntryWriter();
    this.writer = writer;
    if (api == Api.Messages) this.recorder = new MessagesRecorder(writer, this.usage);
    else if (api == Api.Responses) this.recorder = new ResponsesRecorder(writer, this.usage);
    else this.recorder = new ChatRecorder(writer, this.usage);
    return true;
  }

  /** Whether the response is read. */
  get isOpen(): bool {
    return this.recorder !== null;
  }

  /** Whether a stream has ended as its protocol says; its body may last. */
  get isWhole(): bool {
    const writer = this.writer;
    return writer !== null && writer.isWhole;
  }

  /** Reads the next bytes of the body. Afterwards it may be closed: the response cannot be stored. */
  push(chunk: Slice, config: AiCacheConfig): void {
    const recorder = this.recorder;
    const writer = this.writer;
    if (recorder === null || writer === null) return;
    if (this.isStream) recorder.push(chunk, this.message);
    else this.message.append(chunk);
    const size = this.isStream ? writer.size : this.message.size;
    if (size > config.maxBytes || !writer.isStorable || isUnwanted(writer, config)) this.close();
  }

  /** The response has ended. Returns whether the response is an entry now. `isStored`: the entry is stored, too. */
  end(config: AiCacheConfig, key: Slice, question: Slice, partition: Slice, isStored: bool): bool {
    const recorder = this.recorder;
    const writer = this.writer;
    if (recorder === null || writer === null) return false;
    if (!this.isStream) {
      this.entry.clear();
      this.entry.append(this.message.slice);
      this.message.clear();
      if (document.parse(this.entry.slice) == JsonError.None && document.isObject) {
        recorder.readWhole(document, this.message);
      }
    }
    // Many tool calls need more bytes around their texts than they have.
    const isSmall = this.message.size <= config.maxBytes + (ENTRY_OVERHEAD >> 1);
    const isWhole = isSmall && writer.isWhole && !isUnwanted(writer, config) && !sliceSize(namedProperty(CUT_STATE));
    this.hasToolCalls = writer.hasToolCalls;
    // Those who ask for something else may not call a tool by it.
    const similar = this.hasToolCalls ? ABSENT : partition;
    if (isWhole) this.write(config, key, question, similar, isStored);
    this.close();
    return isWhole;
  }

  /** Keeps an entry of the store for those who wait. */
  keep(stored: Slice): void {
    this.isUsed = true;
    this.entry.clear();
    this.entry.append(stored);
  }

  /** The response is not stored, or was. */
  close(): void {
    const recorder = this.recorder;
    if (recorder) recorder.free();
    this.recorder = null;
    this.writer = null;
    this.message.release(KEPT_BYTES);
  }

  /** Forgets the response. */
  reset(): void {
    this.close();
    this.recorder = null;
    this.writer = null;
    this.usage.reset();
    this.message.release(KEPT_BYTES);
    this.provider.release(LONGEST_NAME);
    this.model.release(LONGEST_NAME);
    this.entry.release(KEPT_BYTES);
    this.isStream = false;
    this.isUsed = false;
    this.hasToolCalls = false;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.message.dispose();
    this.provider.dispose();
    this.model.dispose();
    this.entry.dispose();
  }

  private write(config: AiCacheConfig, key: Slice, question: Slice, partition: Slice, isStored: bool): void {
    const store = config.store;
    const now = nowInSeconds();
    const seconds = shortened(store.lifetime);
    const entry = this.entry;
    entry.clear();
    writeEntry(
      key,
      now,
      seconds ? now + seconds : 0,
      this.provider.slice,
      this.model.slice,
      partition,
      this.message.slice,
      sliceOfBuffer(config.secret),
      entry,
    );
    if (!isStored) return;
    stored.add();
    store.put(key, question, entry.slice, seconds);
  }
}

function isUnwanted(writer: EntryWriter, config: AiCacheConfig): bool {
  return (writer.hasToolCalls && !config.storesToolCalls) || (writer.isCut && !config.storesCut);
}

function shortened(seconds: i32): i32 {
  return seconds < JITTER ? seconds : seconds - randomBelow(seconds / JITTER + 1);
}

function keepName(buffer: ByteBuffer, value: Slice): void {
  buffer.clear();
  if (sliceSize(value) <= LONGEST_NAME) escapeJson(value, buffer);
}
