import { ABSENT, Slice, trimmed } from "../bytes/slice";
import { jsonValidate } from "../json/validate";
import { JsonWalker } from "../json/walker";
import { JsonTexts } from "./json-texts";
import { NameClasses } from "./name-classes";
import { CHOICES, OutputLimit, TOKENS } from "./output-limit";
import { TokenEstimate } from "./token-estimate";

/** The beginning of the response. https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken */
const RESPONSE_START: i64 = 3;

const enum Member {
  /** Nothing that counts. */
  Other,
  Messages,
  Texts,
  /** What a model reads beside the texts, and what is no request alone. */
  Json,
  Options,
  Model,
  /** Limits of the output. */
  Tokens,
  Choices,
}

const MEMBERS = new NameClasses()
  .add(Member.Messages, "messages input contents")
  .add(Member.Texts, "prompt suffix instructions system systemInstruction system_instruction documents")
  .add(Member.Json, "tools functions response_format text query")
  .add(Member.Options, "generationConfig parameters")
  .add(Member.Model, "model")
  .add(Member.Tokens, TOKENS)
  .add(Member.Choices, CHOICES);

const walker = new JsonWalker();

/** Passes the texts of a request's body to a sink: those of messages, inputs, prompts and instructions. Takes linear time. */
export function readPromptTexts(body: Slice, texts: JsonTexts): void {
  if (jsonValidate(body)) return;
  walker.start(trimmed(body));
  if (!walker.enterObject()) return;
  while (walker.nextMember()) {
    const member = MEMBERS.of(walker.key);
    if (member == Member.Messages || member == Member.Texts) texts.read(walker);
    else walker.value();
  }
}

/**
 * Estimates the tokens of a request's body: the texts of chat completions, completions, embeddings, Responses, Messages, Gemini and
 * DashScope, the definitions of tools as their JSON, and fixed figures for images and other media. Takes linear time.
 */
export class PromptEstimate {
  /** The tokens of the input; 0 if the body has none. */
  tokens: i64 = 0;
  /** Whether the body has something that a model reads. */
  hasText: bool = false;
  /** The value token of `model`, `ABSENT` without one; valid as long as the body is. */
  model: Slice = ABSENT;
  private readonly limit: OutputLimit = new OutputLimit();
  private readonly estimate: TokenEstimate;
  private readonly texts: JsonTexts;

  constructor() {
    const estimate = new TokenEstimate();
    this.estimate = estimate;
    this.texts = new JsonTexts(estimate, true);
  }

  /** The most tokens of each choice; -1 if the client states none. */
  get maxTokens(): i64 {
    return this.limit.tokens;
  }

  /** How many choices the client asks for. */
  get choices(): i64 {
    return this.limit.choices;
  }

  /** Reads a body. One that is no JSON object has no input. */
  read(body: Slice): void {
    this.reset();
    this.estimate.reset();
    walker.startText(body);
    if (!walker.enterObject()) return;
    while (walker.nextMember()) this.readMember();
    if (!walker.isValid) return this.reset();
    if (this.hasText) this.tokens = this.estimate.tokens + RESPONSE_START;
  }

  /** Forgets the request. */
  reset(): void {
    this.tokens = 0;
    this.hasText = false;
    this.model = ABSENT;
    this.limit.reset();
  }

  /** Reads a member of the outermost object. */
  private readMember(): void {
    const member = MEMBERS.of(walker.key);
    if (member == Member.Messages || member == Member.Texts) {
      this.hasText = true;
      this.texts.read(walker, member == Member.Messages);
    } else if (member == Member.Json) this.texts.text(walker.value());
    else if (member == Member.Model) this.model = walker.value();
    else if (member == Member.Options) this.limit.readObject(walker.value());
    else if (member == Member.Tokens) this.limit.readTokens(walker.value());
    else if (member == Member.Choices) this.limit.readChoices(walker.value());
    else walker.value();
  }
}
