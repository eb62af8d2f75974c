import { JsonWalker } from "../json/walker";
import { jsonInteger, JsonKind, jsonKind } from "../json/value";
import { Slice } from "../bytes/slice";

/** More tokens than any response has. */
const MOST_TOKENS: i64 = 1_000_000_000_000;
/** OpenAI's limit of `n`. https://platform.openai.com/docs/api-reference/chat/create */
const MOST_CHOICES: i64 = 128;

const walker = new JsonWalker();

/** How much output a request asks for, under the names of all APIs. */
export class OutputLimit {
  /** The most tokens of each choice; -1 if none is stated. */
  tokens: i64 = -1;
  /** The number of choices. */
  choices: i64 = 1;

  /** Forgets the request. */
  reset(): void {
    this.tokens = -1;
    this.choices = 1;
  }

  /** Reads a member, to whose key the walker has come. Of several limits the largest one counts. */
  read(member: JsonWalker, value: Slice): void {
    if (jsonKind(value) != JsonKind.Number) return;
    const isTokens = isLimit(member);
    if (!isTokens && !isChoices(member)) return;
    const count = jsonInteger(value, -1);
    if (count < 0) return;
    if (isTokens) this.tokens = max(this.tokens, min(count, MOST_TOKENS));
    else this.choices = max(this.choices, min(count, MOST_CHOICES));
  }

  /** Reads the members of Gemini's `generationConfig` or DashScope's `parameters`. */
  readObject(object: Slice): void {
    walker.start(object);
    if (walker.enterObject()) while (walker.nextMember()) this.read(walker, walker.value());
  }
}

function isLimit(member: JsonWalker): bool {
  if (member.keyIs("max_tokens") || member.keyIs("max_completion_tokens")) return true;
  return member.keyIs("max_output_tokens") || member.keyIs("maxOutputTokens");
}

function isChoices(member: JsonWalker): bool {
  return member.keyIs("n") || member.keyIs("best_of") || member.keyIs("candidateCount");
}
