import { CUT_STATE } from "../../../assembly/ai/contract";
import { ResponseReader } from "../../../assembly/ai/hub/response-reader";
import { MessagesReader } from "../../../assembly/ai/protocols/messages/reader";
import { ChatReader } from "../../../assembly/ai/protocols/openai-chat/reader";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";
import { namedProperty } from "../../../assembly/host/property";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { ResponseBody, responseBodyOf } from "../../../assembly/limit/response-body";
import { Answer } from "./answer";

const KEPT_BYTES: i32 = 4 << 10;

const document = new JsonDocument();
/** What readers append for a client; nothing here. */
const nowhere = new ByteBuffer();

/** The response to a request while it passes. */
export class Recording {
  private reader: ResponseReader | null = null;
  private answer: Answer | null = null;
  private readonly usage: TokenUsage = new TokenUsage();
  /** The text of a response that is not streamed. */
  private readonly body: ByteBuffer = new ByteBuffer();
  private isStream: bool = false;

  /** Begins with the headers of a response. Returns whether its body is read. */
  begin(headers: HeaderMap, isMessages: bool): bool {
    const form = responseBodyOf(headers);
    this.isStream = form == ResponseBody.Stream;
    if (form == ResponseBody.None) return false;
    this.usage.reset();
    const answer = new Answer(isMessages);
    this.answer = answer;
    if (isMessages) this.reader = new MessagesReader(answer, this.usage);
    else this.reader = new ChatReader(answer, this.usage);
    return true;
  }

  /** Whether the response is read. */
  get isOpen(): bool {
    return this.reader !== null;
  }

  /** Whether a stream has ended as its protocol says; its body may last. */
  get hasEnded(): bool {
    const answer = this.answer;
    return answer !== null && answer.hasEnded;
  }

  /** Reads the next bytes of the body. Afterwards it may be closed: the response cannot be stored. */
  push(chunk: Slice, limit: i32): void {
    const reader = this.reader;
    const answer = this.answer;
    if (reader === null || answer === null) return;
    if (this.isStream) reader.push(chunk, nowhere);
    else this.body.append(chunk);
    if ((this.isStream ? answer.size : this.body.size) > limit || !answer.isUsable) this.close();
  }

  /** The body has ended. Returns the message; `null` if there is none that can be stored. Valid until `close`. */
  end(): Answer | null {
    const reader = this.reader;
    const answer = this.answer;
    if (reader === null || answer === null) return null;
    if (this.isStream) reader.end(nowhere);
    else if (document.parse(this.body.slice) == JsonError.None && document.isObject)
      reader.readWhole(document, nowhere);
    return answer.isWhole && !sliceSize(namedProperty(CUT_STATE)) ? answer : null;
  }

  /** The response is not stored, or was. */
  close(): void {
    const reader = this.reader;
    if (reader) reader.free();
    this.reader = null;
    this.answer = null;
    this.body.release(KEPT_BYTES);
  }

  /** Forgets the response. */
  reset(): void {
    this.close();
    this.reader = null;
    this.answer = null;
    this.usage.reset();
    this.isStream = false;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.body.dispose();
  }
}
