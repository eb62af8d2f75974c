import { Slice, trimmed } from "../bytes/slice";
import { jsonValidate } from "../json/validate";
import { JsonWalker } from "../json/walker";
import { JsonTexts } from "./json-texts";
import { NameList } from "./name-list";
import { OutputLimit } from "./output-limit";
import { TokenEstimate } from "./token-estimate";

/** The beginning of the response. https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken */
const RESPONSE_START: i64 = 3;

const MESSAGES = new NameList("messages input contents");
const TEXTS = new NameList("prompt suffix instructions system systemInstruction system_instruction documents");
/** What a model reads beside the texts, and what is no request alone. */
const JSON_VALUES = new NameList("tools functions response_format text query");
const OPTIONS = new NameList("generationConfig parameters");

const walker = new JsonWalker();

/** Passes the texts of a request's body to a sink: those of messages, inputs, prompts and instructions. Takes linear time. */
export function readPromptTexts(body: Slice, texts: JsonTexts): void {
  if (jsonValidate(body)) return;
  walker.start(trimmed(body));
  if (!walker.enterObject()) return;
  while (walker.nextMember())
    if (MESSAGES.has(walker.key) || TEXTS.has(walker.key)) texts.read(walker);
    else walker.value();
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
    if (jsonValidate(body)) return;
    walker.start(trimmed(body));
    if (!walker.enterObject()) return;
    while (walker.nextMember()) this.readMember();
    if (this.hasText) this.tokens = this.estimate.tokens + RESPONSE_START;
  }

  /** Forgets the request. */
  reset(): void {
    this.tokens = 0;
    this.hasText = false;
    this.limit.reset();
    this.estimate.reset();
  }

  /** Reads a member of the outermost object. */
  private readMember(): void {
    const hasMessages = MESSAGES.has(walker.key);
    if (hasMessages || TEXTS.has(walker.key)) {
      this.hasText = true;
      this.texts.read(walker, hasMessages);
    } else if (JSON_VALUES.has(walker.key)) this.texts.text(walker.value());
    else if (OPTIONS.has(walker.key)) this.limit.readObject(walker.value());
    else this.limit.read(walker.key, walker.value());
  }
}
