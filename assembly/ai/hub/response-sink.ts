import { ByteBuffer } from "../../bytes/buffer";
import { ABSENT, hashOf, Slice, sliceSize } from "../../bytes/slice";
import { TextPlaces } from "../../json/text-places";
import { TokenUsage } from "../usage";
import { Choice, Choices, ToolCall } from "./choices";
import { Citation, MOST_CITED_BYTES } from "./citation";
import { FinishReason } from "./finish-reason";
import { noteLossy } from "./losses";

const NOWHERE = new ByteBuffer();
/** The keys from here on are of calls whose number another call of the choice has. */
const REPEATED_KEY = 0x40000000;
/** The status of errors of the gateway about a response. */
export const BAD_GATEWAY = 502;
const BROKEN_OFF = "The provider broke off its response.";
const BROKEN_OFF_CODE = "upstream_response_broken_off";

/** Hold the message and the code of an error of the gateway. */
const sentence = new ByteBuffer();
const word = new ByteBuffer();
const unsaid = new ByteBuffer().text("The provider failed without a message.");

/**
 * Takes what a model says as a sequence of events, from the reader of the provider's protocol, and writes it in the client's.
 * Streams and whole responses give the same events; a writer of streams writes each at once, one of whole responses may
 * keep it. What a writer gets is in order, comes in whole characters, and is bounded for any input: a choice
 * ends once and nothing follows it, the response ends once, and choices and tool calls beyond `MAX_CHOICES` and `MAX_CALLS`
 * are left out.
 *
 * Every text, name, id and message is the content of a JSON string in UTF-8: escaped, without the quotes, so that it is
 * copied from one JSON text into another and never decoded. A reader of a protocol that is not JSON escapes first
 * (`escapeJson`). A piece may end between the halves of an escaped surrogate pair, but not inside an escape or a UTF-8
 * sequence. Slices are read during the call only; `logprobs` must stay valid until the next `flush` or `finish`.
 *
 * @example
 * sink.begin(id);
 * const choice = sink.choose(0);
 * if (choice) sink.text(choice, piece);
 * sink.flush();
 */
export abstract class ResponseSink {
  /** The time of the response in seconds since 1970. */
  created: i64 = 0;
  /** The model, in UTF-8. Its owner outlives the sink. */
  model: ByteBuffer = NOWHERE;
  /** Where the writer appends; the reader sets it before it gives events. */
  out: ByteBuffer = NOWHERE;
  /** Whether the client of a stream is given the usage: then the end of the stream waits for it. */
  wantsUsage: bool = false;
  /** The `format` in which chats name reasoning that the provider has signed; "" where it signs none. Set before `begin`. */
  reasoningFormat: string = "";
  /** Whether each piece of a text is all of it so far; only what is new is written. */
  isCumulative: bool = false;
  /** Whether the response has ended, or failed. */
  hasEnded: bool = false;
  /** How many choices have ended. */
  finished: u8 = 0;
  private hasLosses: bool = false;
  /** The HTTP status of the error that ended the response, 0 for none. */
  errorStatus: i32 = 0;
  /** Where the text of choice 0 is counted for citations, of the reader; `null` where nobody asks. */
  places: TextPlaces | null = null;
  private citedBytes: i32 = 0;
  private readonly choices: Choices = new Choices();
  private current: Choice | null = null;

  /** Begins the response; its id is repeated in each chunk, and left out where it is too long for that. Called once. */
  abstract begin(id: Slice): void;

  /** The choice of an index, for the calls below, until the next `choose`; null if it has ended, or if there are too many. */
  choose(index: i32): Choice | null {
    if (this.hasEnded) return null;
    let choice = this.current;
    if (choice === null || choice.index != index) {
      choice = this.choices.choose(index);
      this.current = choice;
    }
    return choice === null || choice.isFinished ? null : choice;
  }

  /** Adds to the content of a choice. */
  text(choice: Choice, piece: Slice): void {
    const text = choice.take(piece, this.isCumulative);
    if (text == ABSENT) return;
    const places = this.places;
    if (places && choice.index == 0) places.push(text);
    this.writeText(choice, text);
  }

  /** Adds to the reasoning of a choice. */
  reasoning(choice: Choice, piece: Slice): void {
    if (piece == ABSENT) return;
    const text = this.choices.reasoningOf(choice).take(piece, this.isCumulative);
    if (text != ABSENT) this.writeReasoning(choice, text);
  }

  /** Gives the signature of the reasoning so far, by which the provider knows it again; it ends this block of reasoning. */
  signature(choice: Choice, value: Slice): void {}

  /** Gives reasoning that only the provider can read; it is a block of its own. */
  redactedReasoning(choice: Choice, data: Slice): void {}

  /** Names a source of the choice's text so far; its place is in all of the choice's text. One without URL, and those beyond the limits, are left out. */
  cite(choice: Choice, citation: Citation): void {
    this.citedBytes += citation.size;
    if (this.citedBytes > MOST_CITED_BYTES || !sliceSize(citation.url)) this.lose();
    else this.writeCitation(choice, citation);
  }

  /** Notes that something of the response is left out: a source, sound, what tools of the provider did. */
  lose(): void {
    if (!this.hasLosses) noteLossy();
    this.hasLosses = true;
  }

  /** The tool call of a choice that has a key, if it has begun. Valid until the next `toolCall`. */
  findCall(choice: Choice, key: i32): ToolCall | null {
    return this.choices.find(choice, key);
  }

  /**
   * Turns to a tool call of a choice, `key` being the provider's number for it, from 0. Id and name may come later, the name in
   * pieces, or be repeated. Some servers give every call the number 0: a name with another id begins a call of its own, to which
   * what follows without an id belongs. The call is valid until the next `toolCall`; null if there are too many.
   */
  toolCall(choice: Choice, key: i32, id: Slice, name: Slice): ToolCall | null {
    const choices = this.choices;
    const hash = sliceSize(id) ? hashOf(id) : 0;
    const first = choices.find(choice, key);
    let known = first;
    if (first && first.last && (!hash || hash != first.idHash)) known = choices.find(choice, first.last);
    const isOther = known !== null && hash && known.idHash && hash != known.idHash && sliceSize(name) > 0;
    if (known && !isOther) {
      this.amend(choice, known, id, name);
      return known;
    }
    const call = choices.addCall(choice, first ? REPEATED_KEY + choice.calls : key);
    if (call === null) return null;
    call.idHash = hash;
    if (sliceSize(name)) call.nameHash = hashOf(name);
    if (first) choices.find(choice, key)!.last = call.key;
    this.writeToolCall(choice, call, id, name);
    return call;
  }

  /** Adds to the arguments of a tool call, which are JSON once they are whole. */
  toolArguments(choice: Choice, call: ToolCall, piece: Slice): void {
    const text = call.take(piece, this.isCumulative);
    if (text != ABSENT) this.writeArguments(choice, call, text);
  }

  /** Gives the log probabilities of what the choice has said since the last `flush`: OpenAI's `logprobs` object, as JSON. */
  abstract logprobs(choice: Choice, value: Slice): void;

  /** Ends a choice. */
  finish(choice: Choice, reason: FinishReason): void {
    if (choice.isFinished) return;
    if (reason == FinishReason.Failed) {
      this.flush();
      return this.failWith(BROKEN_OFF, BROKEN_OFF_CODE);
    }
    this.endTexts(choice);
    choice.isFinished = true;
    this.finished++;
    this.writeFinish(choice, reason);
  }

  /**
   * Tells the tokens of the whole response, early or late; of several calls the last one counts. The numbers are read when they are
   * written, so that they may change until the end.
   */
  abstract usage(usage: TokenUsage): void;

  /** Says that nothing more is ready: what was given since the last `flush` must be in `out`, unless a whole response is written. */
  abstract flush(): void;

  /** Says that the provider is still at work although nothing is ready; only some protocols can tell the client. */
  keepAlive(): void {}

  /** Whether every choice that has begun has ended, and one has at least. */
  get isComplete(): bool {
    return this.finished > 0 && <i32>this.finished == this.choices.count;
  }

  /** Ends the response. */
  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.writeEnd();
  }

  /** Ends the response with an error: the HTTP status that fits it; `code` names the reason to programs, or is ABSENT. */
  fail(status: i32, message: Slice, code: Slice): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.errorStatus = status;
    this.writeFailure(status, message == ABSENT ? unsaid.slice : message, code);
  }

  /** Ends the response with an error of the gateway: 502. */
  failWith(message: string, code: string): void {
    sentence.clear();
    word.clear();
    this.fail(BAD_GATEWAY, sentence.text(message).slice, word.text(code).slice);
  }

  /** Gives the memory of the response back. */
  free(): void {
    this.current = null;
    this.choices.dispose();
  }

  protected abstract writeText(choice: Choice, piece: Slice): void;
  protected abstract writeReasoning(choice: Choice, piece: Slice): void;
  protected writeCitation(choice: Choice, citation: Citation): void {}
  /** Begins a tool call. Those of one choice have the numbers 0, 1, …; arguments of earlier ones may still follow. */
  protected abstract writeToolCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void;
  /** Adds to the name of a tool call; `id` is one that it had not, or ABSENT. */
  protected addToCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {}
  protected abstract writeArguments(choice: Choice, call: ToolCall, piece: Slice): void;
  protected abstract writeFinish(choice: Choice, reason: FinishReason): void;
  protected abstract writeEnd(): void;
  protected abstract writeFailure(status: i32, message: Slice, code: Slice): void;

  /** Ends the reasoning of a choice where the writer cannot add to it later: what is still to be written of it, or ABSENT. */
  protected endReasoning(choice: Choice): Slice {
    return this.choices.reasoningOf(choice).end();
  }

  /** Takes what a later event says about a call: an id that it had not, and a name, unless it is repeated. */
  private amend(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    const hash = sliceSize(name) ? hashOf(name) : 0;
    const isNamed = hash != 0 && hash != call.nameHash;
    const isKnown = call.idHash != 0 || sliceSize(id) == 0;
    if (!isNamed && isKnown) return;
    if (isNamed) call.nameHash = hash;
    if (!isKnown) call.idHash = hashOf(id);
    this.addToCall(choice, call, isKnown ? ABSENT : id, isNamed ? name : ABSENT);
  }

  /** Writes the rest of each text of the choice. */
  private endTexts(choice: Choice): void {
    let rest = this.endReasoning(choice);
    if (rest != ABSENT) this.writeReasoning(choice, rest);
    rest = choice.end();
    if (rest != ABSENT) this.writeText(choice, rest);
    for (let call = this.choices.nextCall(choice, null); call !== null; call = this.choices.nextCall(choice, call)) {
      rest = call.end();
      if (rest != ABSENT) this.writeArguments(choice, call, rest);
    }
  }
}
