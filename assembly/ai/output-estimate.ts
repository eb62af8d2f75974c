import { Slice, sliceEndsWith, sliceStartsWith } from "../bytes/slice";
import { jsonContent } from "../json/value";
import { JsonWalker } from "../json/walker";
import { JsonTexts } from "./json-texts";
import { NameList } from "./name-list";
import { TextSink } from "./text-sink";
import { TokenEstimate } from "./token-estimate";

const PIECES = new NameList("choices candidates content_block content delta");

/** Passes the texts, reasoning and tool calls of a response to a sink, in the protocol of each API, streamed or not. */
export class OutputTexts {
  private readonly texts: JsonTexts;

  constructor(private readonly sink: TextSink) {
    this.texts = new JsonTexts(sink, false);
  }

  /** Reads the value of `member`, an outermost member of an event or a body, to which the walker has come. */
  read(walker: JsonWalker, member: OutputMember): void {
    // Each event of DashScope has all of the text, unless the client asked for increments; it has the usage too.
    if (member == OutputMember.Whole) this.sink.reset();
    this.texts.read(walker);
  }

  /** Reads the piece of an event of Responses. https://platform.openai.com/docs/api-reference/responses-streaming */
  readDelta(type: Slice, delta: Slice): void {
    const name = jsonContent(type);
    if (!sliceStartsWith(name, "response.") || !sliceEndsWith(name, ".delta")) return;
    if (!sliceStartsWith(name, "response.audio.")) this.texts.text(jsonContent(delta));
  }
}

/** Estimates the tokens of a response from its texts. */
export class OutputEstimate {
  /** Reads the texts. */
  readonly texts: OutputTexts;
  private readonly estimate: TokenEstimate;

  constructor() {
    const estimate = new TokenEstimate();
    this.estimate = estimate;
    this.texts = new OutputTexts(estimate);
  }

  /** The tokens so far. */
  get tokens(): i64 {
    return this.estimate.tokens;
  }

  /** Forgets the response. */
  reset(): void {
    this.estimate.reset();
  }
}

/** How the outermost members have output. */
export const enum OutputMember {
  None,
  /** What is new, or all of a response that is not streamed. */
  Piece,
  /** All of it so far. */
  Whole,
}

/** What a member has, to whose key the walker has come. A `delta` that is a string is for `readDelta`. */
export function outputMember(walker: JsonWalker): OutputMember {
  if (PIECES.has(walker.key)) return OutputMember.Piece;
  return walker.keyIs("output") ? OutputMember.Whole : OutputMember.None;
}
