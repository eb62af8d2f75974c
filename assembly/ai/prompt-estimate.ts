import { Slice, trimmed } from "../bytes/slice";
import { jsonValidate } from "../json/validate";
import { JsonWalker } from "../json/walker";
import { JsonTexts } from "./json-texts";
import { OutputLimit } from "./output-limit";
import { TokenEstimate } from "./token-estimate";

/** The beginning of the response. https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken */
const RESPONSE_START: i64 = 3;

const walker = new JsonWalker();

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

  /** The most tokens of the output, of all choices together; -1 if the client states none. */
  get maxTokens(): i64 {
    const tokens = this.limit.tokens;
    return tokens < 0 ? -1 : tokens * this.limit.choices;
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
    if (isText()) {
      this.hasText = true;
      const hasMessages = walker.keyIs("messages") || walker.keyIs("input") || walker.keyIs("contents");
      this.texts.read(walker, hasMessages);
    } else if (isJson()) this.texts.text(walker.value());
    else if (walker.keyIs("generationConfig") || walker.keyIs("parameters")) this.limit.readObject(walker.value());
    else this.limit.read(walker, walker.value());
  }
}

function isText(): bool {
  if (walker.keyIs("messages") || walker.keyIs("input") || walker.keyIs("contents")) return true;
  if (walker.keyIs("prompt") || walker.keyIs("suffix") || walker.keyIs("instructions")) return true;
  if (walker.keyIs("system") || walker.keyIs("systemInstruction") || walker.keyIs("system_instruction")) return true;
  return walker.keyIs("documents");
}

/** What a model reads beside the texts, and what is no request alone. */
function isJson(): bool {
  if (walker.keyIs("tools") || walker.keyIs("functions") || walker.keyIs("response_format")) return true;
  return walker.keyIs("text") || walker.keyIs("query");
}
