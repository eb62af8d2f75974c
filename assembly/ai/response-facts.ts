import { Slice } from "../bytes/slice";
import { jsonAt, jsonGet } from "../json/value";
import { JsonWalker } from "../json/walker";
import { TokenUsage } from "./usage";

/** Is told what a response says of itself beside its usage: its id, and why the model has stopped. */
export abstract class ResponseFacts {
  /** A value that may be the id: a token, or `ABSENT`. Of several strings the first one is the id. */
  abstract readId(value: Slice): void;

  /** A value that may be the reason: a token, or `ABSENT`. Of several strings the last one counts. */
  abstract readReason(value: Slice): void;

  /**
   * Reads a whole body, and its usage, if there is a shorter way for it: the id and the reason too. Returns the value of the model's name; `ABSENT` if
   * the body must be read as any other.
   */
  abstract readPlain(body: Slice, usage: TokenUsage): Slice;

  /** A piece of a body that is not read otherwise: it is too long, or no JSON. */
  abstract readPiece(piece: Slice): void;

  /** Forgets what the response has said. */
  abstract reset(): void;

  /** Reads the choices of a chat or the candidates of Gemini, to which the walker has come, and goes behind them. */
  readChoices(walker: JsonWalker): void {
    if (!walker.enterArray()) {
      walker.value();
      return;
    }
    for (let isFirst = true; walker.nextElement(); isFirst = false) {
      if (!isFirst || !walker.enterObject()) walker.value();
      else while (walker.nextMember()) this.readOfChoice(walker);
    }
  }

  private readOfChoice(walker: JsonWalker): void {
    const isReason = walker.keyIs("finish_reason") || walker.keyIs("finishReason");
    const value = walker.value();
    if (isReason) this.readReason(value);
  }

  /** Reads the response that an event of OpenAI's Responses has. */
  readResponse(response: Slice): void {
    this.readId(jsonGet(response, "id"));
    this.readReason(jsonGet(jsonGet(response, "incomplete_details"), "reason"));
  }

  /** Reads the output of DashScope's own protocol. */
  readOutput(output: Slice): void {
    this.readReason(jsonGet(output, "finish_reason"));
    this.readReason(jsonGet(jsonAt(jsonGet(output, "choices"), 0), "finish_reason"));
  }
}
