import { ByteBuffer } from "../bytes/buffer";
import { constant } from "../bytes/constant";
import { Slice, sliceStartsWith } from "../bytes/slice";
import { jsonContent, jsonInteger, JsonKind, jsonKind } from "../json/value";
import { JsonWalker } from "../json/walker";
import { NameClasses } from "./name-classes";
import { COMPLETION_DETAILS, MOST_TOKENS, PROMPT_DETAILS, TokenDetails } from "./token-details";

/** The members of a usage object. */
const enum Member {
  Other,
  /** It includes those of a cache, also where a gateway adds Anthropic's names. */
  AllInput,
  Input,
  Output,
  Total,
  ToolInput,
  CacheWrite,
  CacheRead,
  Cached,
  Reasoning,
}

const MEMBERS = new NameClasses()
  .add(Member.AllInput, "prompt_tokens")
  .add(Member.Input, "input_tokens promptTokenCount")
  .add(Member.Output, "completion_tokens output_tokens candidatesTokenCount")
  .add(Member.Total, "total_tokens totalTokenCount")
  .add(Member.ToolInput, "toolUsePromptTokenCount")
  .add(Member.CacheWrite, "cache_creation_input_tokens")
  .add(Member.CacheRead, "cache_read_input_tokens")
  .add(Member.Cached, "cachedContentTokenCount")
  .add(Member.Reasoning, "thoughtsTokenCount");

const QUOTE = constant('"');

const walker = new JsonWalker();

/** How much of the tokens of a response a provider has reported. */
export const enum UsageStatus {
  None,
  /** The tokens of one side, or those at the beginning of a stream. */
  Partial,
  /** The tokens of both sides. */
  Complete,
}

/**
 * The tokens that a response cost, as the provider counted them. Input includes what was read from and written to a cache,
 * output includes reasoning.
 */
export class TokenUsage {
  /** What the provider has reported. */
  status: UsageStatus = UsageStatus.None;
  /** Whether numbers are estimates. */
  isEstimate: bool = false;
  /** Whether a number may have changed since this was last set to `false`, which whoever publishes the numbers does. */
  hasChanged: bool = false;
  // Small fields stand together: a stream holds as few bytes as possible.
  private isPromptKnown: bool = false;
  private isCompletionKnown: bool = false;
  /** Tokens of the request. */
  prompt: i64 = 0;
  /** Tokens of the output, reasoning included. */
  completion: i64 = 0;
  /** The provider's own total; -1 if it has reported none. It may differ from the sum of both sides. */
  providerTotal: i64 = -1;
  private promptDetails: TokenDetails | null = null;
  private completionDetails: TokenDetails | null = null;

  /** Whether a provider has reported any numbers yet. */
  get seen(): bool {
    return this.status != UsageStatus.None;
  }

  /**
   * Takes over a usage object: OpenAI's names (`prompt_tokens`, `completion_tokens`), `input_tokens` and `output_tokens` as DashScope,
   * Anthropic and OpenAI's responses call them, or Gemini's. Where only the details have numbers they are
   * added up. An object without numbers changes nothing, nor does `null`; of several the last one counts, and keeps what it does not name.
   */
  read(usage: Slice): void {
    walker.start(usage);
    this.take(walker, true);
  }

  /** Takes over the usage object of a stream's beginning, whose output is not yet that of the response. */
  readFirst(usage: Slice): void {
    walker.start(usage);
    this.take(walker, false);
  }

  /** Takes over the value to which the walker has come, as `read` does, and goes behind it. Of a text that proves invalid the numbers must be forgotten. */
  readNext(source: JsonWalker): void {
    this.take(source, true);
  }

  /** Takes over what OpenAI reports of a whole response: the tokens of both sides, and its total. */
  takeCounts(prompt: i64, completion: i64, total: i64): void {
    this.prompt = prompt;
    this.completion = completion;
    this.providerTotal = total;
    this.isPromptKnown = true;
    this.isCompletionKnown = true;
    this.status = UsageStatus.Complete;
    this.hasChanged = true;
  }

  /** The details of one side, which are reported. */
  detailsOf(isOutput: bool): TokenDetails {
    return isOutput ? this.ofCompletion() : this.ofPrompt();
  }

  private take(source: JsonWalker, isFinal: bool): void {
    let prompt: i64 = -1;
    let completion: i64 = -1;
    let total: i64 = -1;
    // What is counted apart: by Anthropic what a cache was read and written for, by Gemini what tools added and the reasoning.
    // https://docs.claude.com/en/api/messages, https://ai.google.dev/api/generate-content#UsageMetadata
    let moreInput: i64 = 0;
    let reasoning: i64 = 0;
    let hasAll = false;
    if (!source.enterObject()) {
      source.value();
      return;
    }
    while (source.nextMember()) {
      if (source.isAtObject) {
        const name = jsonContent(source.key);
        const isOutput = sliceStartsWith(name, "completion") || sliceStartsWith(name, "output");
        const details = isOutput ? this.ofCompletion() : this.ofPrompt();
        details.readNext(source);
        this.hasChanged = true;
        continue;
      }
      const value = source.value();
      const count = jsonKind(value) == JsonKind.Number ? min(jsonInteger(value, -1), MOST_TOKENS) : -1;
      if (count < 0) continue;
      switch (MEMBERS.of(source.key)) {
        case Member.AllInput:
          prompt = count;
          hasAll = true;
          break;
        case Member.Input:
          prompt = count;
          break;
        case Member.Output:
          completion = count;
          break;
        case Member.Total:
          total = count;
          break;
        case Member.ToolInput:
          moreInput += count;
          break;
        case Member.CacheWrite:
          moreInput += count;
          this.changedPrompt.cacheWrite = count;
          break;
        case Member.CacheRead:
          moreInput += count;
          this.changedPrompt.cached = count;
          break;
        case Member.Cached:
          this.changedPrompt.cached = count;
          break;
        case Member.Reasoning:
          reasoning = count;
          this.ofCompletion().reasoning = count;
          break;
      }
    }
    if (prompt < 0 && completion < 0 && total < 0) {
      prompt = sumOf(this.promptDetails);
      completion = sumOf(this.completionDetails);
      if (prompt < 0 && completion < 0) return;
    }
    if (!this.seen) this.hasChanged = true;
    if (reasoning) completion = max<i64>(completion, 0) + reasoning;
    if (completion < 0 && prompt >= 0 && total > prompt) completion = total - prompt;
    if (prompt >= 0) prompt += hasAll ? 0 : moreInput;
    // An embedding has no output: its total is that of the request.
    else if (total >= 0) prompt = max<i64>(total - max<i64>(completion, 0), 0);
    if (prompt >= 0) this.isPromptKnown = true;
    if (isFinal && (completion >= 0 || total >= 0)) this.isCompletionKnown = true;
    this.status = this.isPromptKnown && this.isCompletionKnown ? UsageStatus.Complete : UsageStatus.Partial;
    if (prompt < 0) prompt = this.prompt;
    if (completion < 0) completion = this.completion;
    if (prompt != this.prompt || completion != this.completion || total != this.providerTotal) this.hasChanged = true;
    this.prompt = prompt;
    this.completion = completion;
    this.providerTotal = total;
  }

  /** The provider's own total; where it has none, both sides together. */
  get total(): i64 {
    return this.providerTotal >= 0 ? this.providerTotal : this.prompt + this.completion;
  }

  /** The part of `prompt` that was read from a cache. */
  get cached(): i64 {
    const details = this.promptDetails;
    return details ? max<i64>(details.cached, 0) : 0;
  }

  /** The part of `prompt` that was written to a cache. */
  get cacheWrite(): i64 {
    const details = this.promptDetails;
    return details ? max<i64>(details.cacheWrite, 0) : 0;
  }

  /** The part of `completion` that was reasoning. */
  get reasoning(): i64 {
    const details = this.completionDetails;
    return details ? max<i64>(details.reasoning, 0) : 0;
  }

  /** The part of one side that was audio. */
  audio(isOutput: bool): i64 {
    const details = isOutput ? this.completionDetails : this.promptDetails;
    return details ? max<i64>(details.audio, 0) : 0;
  }

  /** The part of one side that was images. */
  image(isOutput: bool): i64 {
    const details = isOutput ? this.completionDetails : this.promptDetails;
    return details ? max<i64>(details.image, 0) : 0;
  }

  /** Completes what was not reported, or only for a stream's beginning, by these estimates. */
  estimateRest(prompt: i64, completion: i64): void {
    this.isEstimate = true;
    if (!this.isPromptKnown) this.prompt = prompt;
    if (!this.isCompletionKnown) this.completion = max(this.completion, completion);
    this.providerTotal = -1;
  }

  /** Forgets all numbers. */
  reset(): void {
    this.status = UsageStatus.None;
    this.isEstimate = false;
    this.isPromptKnown = false;
    this.isCompletionKnown = false;
    this.providerTotal = -1;
    this.hasChanged = false;
    this.prompt = 0;
    this.completion = 0;
    const promptDetails = this.promptDetails;
    const completionDetails = this.completionDetails;
    if (promptDetails) promptDetails.reset();
    if (completionDetails) completionDetails.reset();
  }

  /** Writes OpenAI's usage object. */
  write(out: ByteBuffer): void {
    out.text('{"prompt_tokens":').integer(this.prompt);
    out.text(',"completion_tokens":').integer(this.completion);
    out.text(',"total_tokens":').integer(this.total);
    this.writeDetails(PROMPT_DETAILS, false, QUOTE, out);
    this.writeDetails(COMPLETION_DETAILS, true, QUOTE, out);
    out.byte(0x7d);
  }

  /**
   * Writes the details of one side as the member `name` with a comma in front; nothing if the provider has reported none. `quote`: see
   * `TokenDetails.write`.
   */
  writeDetails(name: Slice, isOutput: bool, quote: Slice, out: ByteBuffer): void {
    const details = isOutput ? this.completionDetails : this.promptDetails;
    if (details) details.write(name, quote, out);
  }

  private get changedPrompt(): TokenDetails {
    this.hasChanged = true;
    return this.ofPrompt();
  }

  // Most streams are open before any details are reported.
  private ofPrompt(): TokenDetails {
    const details = this.promptDetails;
    return details ? details : (this.promptDetails = new TokenDetails());
  }

  private ofCompletion(): TokenDetails {
    const details = this.completionDetails;
    return details ? details : (this.completionDetails = new TokenDetails());
  }
}

function sumOf(details: TokenDetails | null): i64 {
  return details ? details.sum : -1;
}
