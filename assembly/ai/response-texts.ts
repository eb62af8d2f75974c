import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, startsWithIgnoringCase, trimmed } from "../bytes/slice";
import { jsonValidate } from "../json/validate";
import { jsonFirst, jsonGet, jsonInteger, jsonNext } from "../json/value";
import { JsonWalker } from "../json/walker";
import { SseDecoder } from "../sse/decoder";
import { OutputMember, outputMember, OutputTexts } from "./output-estimate";
import { TextSink } from "./text-sink";

const KEPT_BYTES: i32 = 16 << 10;

const walker = new JsonWalker();

/** Passes the texts of a response that passes, streamed or not, to a sink, wherever the response is cut. */
export class ResponseTexts {
  private readonly texts: OutputTexts;
  private readonly decoder: SseDecoder = new SseDecoder();
  private readonly body: ByteBuffer = new ByteBuffer();
  private isStream: bool = false;
  /** Whether the pieces of several choices have come in turn: their texts are mixed. */
  isMixed: bool = false;

  constructor(sink: TextSink) {
    this.texts = new OutputTexts(sink);
  }

  /** Begins with a response of this content type. Returns whether it can have texts. */
  begin(contentType: Slice): bool {
    this.isStream = startsWithIgnoringCase(contentType, "text/event-stream");
    return this.isStream || startsWithIgnoringCase(contentType, "application/json");
  }

  /** Whether each chunk is held until the response ends. */
  get holds(): bool {
    return !this.isStream;
  }

  /** Reads a chunk. */
  push(chunk: Slice): void {
    if (!this.isStream) this.body.append(chunk);
    else {
      this.decoder.push(chunk);
      while (this.decoder.next()) if (this.decoder.hasData) this.read(this.decoder.data);
    }
  }

  /** The response has ended. */
  finish(): void {
    if (!this.isStream) this.read(this.body.slice);
    else if (this.decoder.finish() && this.decoder.hasData) this.read(this.decoder.data);
    this.reset();
  }

  /** Forgets the response. */
  reset(): void {
    this.isStream = false;
    this.isMixed = false;
    this.decoder.free();
    this.body.release(KEPT_BYTES);
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.decoder.dispose();
    this.body.dispose();
  }

  /** Reads the data of an event, or a whole body, without keeping it. */
  read(json: Slice): void {
    if (jsonValidate(json)) return;
    walker.start(trimmed(json));
    // Gemini streams an array unless the client asks for events. https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
    if (!walker.enterArray()) this.readObject();
    else while (walker.nextElement()) if (!this.readObject()) walker.value();
  }

  /** Reads the object to which the walker has come. Returns `false` if it is none. */
  private readObject(): bool {
    if (!walker.enterObject()) return false;
    let type = ABSENT;
    let delta = ABSENT;
    while (walker.nextMember()) {
      const member = outputMember(walker);
      if (this.isStream && member == OutputMember.Piece && !this.isMixed) this.isMixed = isOfOtherChoice(walker.peek());
      if (walker.keyIs("type")) type = walker.value();
      else if (member == OutputMember.None) walker.value();
      else if (!walker.keyIs("delta") || walker.isAtObject) this.texts.read(walker, member);
      else delta = walker.value();
    }
    if (delta != ABSENT) this.texts.readDelta(type, delta);
    return true;
  }
}

/** Whether one of these choices, if they are some, is not the first one. */
function isOfOtherChoice(choices: Slice): bool {
  for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice))
    if (jsonInteger(jsonGet(choice, "index"), 0) > 0) return true;
  return false;
}
