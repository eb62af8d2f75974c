import { JsonWalker } from "../json/walker";
import { jsonInteger, JsonKind, jsonKind } from "../json/value";
import { Slice } from "../bytes/slice";
import { NameClasses } from "./name-classes";

/** More tokens than any response has. */
const MOST_TOKENS: i64 = 1_000_000_000_000;
/** OpenAI's limit of `n`. https://platform.openai.com/docs/api-reference/chat/create */
const MOST_CHOICES: i64 = 128;

/** What a member limits. */
const enum Option {
  Other,
  Tokens,
  Choices,
}

/** The names of the most tokens of a choice, in all APIs. */
export const TOKENS = "max_tokens max_completion_tokens max_output_tokens maxOutputTokens";
/** Those of the number of choices. */
export const CHOICES = "n best_of candidateCount";

const OPTIONS = new NameClasses().add(Option.Tokens, TOKENS).add(Option.Choices, CHOICES);

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

  /** Reads the most tokens of a choice. Of several limits the largest one counts; 0 is none, as servers like Ollama read it. */
  readTokens(value: Slice): void {
    const count = countOf(value);
    if (count > 0) this.tokens = max(this.tokens, min(count, MOST_TOKENS));
  }

  /** Reads the number of choices, in the same way. */
  readChoices(value: Slice): void {
    const count = countOf(value);
    if (count > 0) this.choices = max(this.choices, min(count, MOST_CHOICES));
  }

  /** Reads the members of Gemini's `generationConfig` or DashScope's `parameters`. */
  readObject(object: Slice): void {
    walker.start(object);
    if (!walker.enterObject()) return;
    while (walker.nextMember()) {
      const option: Option = OPTIONS.of(walker.key);
      const value = walker.value();
      if (option == Option.Tokens) this.readTokens(value);
      else if (option == Option.Choices) this.readChoices(value);
    }
  }
}

/** A whole number; -1 for anything else. */
function countOf(value: Slice): i64 {
  return jsonKind(value) == JsonKind.Number ? jsonInteger(value, -1) : -1;
}
