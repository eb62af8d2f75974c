import { JsonWalker } from "../json/walker";
import { jsonInteger, JsonKind, jsonKind } from "../json/value";
import { Slice } from "../bytes/slice";
import { NameClasses } from "./name-classes";

/** More tokens than any response has. */
const MOST_TOKENS: i64 = 1_000_000_000_000;
/** OpenAI's limit of `n`. https://platform.openai.com/docs/api-reference/chat/create */
const MOST_CHOICES: i64 = 128;

const enum Option {
  Other,
  Tokens,
  Choices,
}

const OPTIONS = new NameClasses()
  .add(Option.Tokens, "max_tokens max_completion_tokens max_output_tokens maxOutputTokens")
  .add(Option.Choices, "n best_of candidateCount");

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

  /** Reads a member. Of several limits the largest one counts; 0 is none, as servers like Ollama read it. */
  read(key: Slice, value: Slice): void {
    if (jsonKind(value) != JsonKind.Number) return;
    const option = OPTIONS.of(key);
    if (option == Option.Other) return;
    const count = jsonInteger(value, -1);
    if (count <= 0) return;
    if (option == Option.Tokens) this.tokens = max(this.tokens, min(count, MOST_TOKENS));
    else this.choices = max(this.choices, min(count, MOST_CHOICES));
  }

  /** Reads the members of Gemini's `generationConfig` or DashScope's `parameters`. */
  readObject(object: Slice): void {
    walker.start(object);
    if (walker.enterObject()) while (walker.nextMember()) this.read(walker.key, walker.value());
  }
}
