import { EmbeddingState } from "../../embedding-list";
import { Exchange } from "../../exchange";

/** The choices that are told apart: `n` is at most 4 in DashScope's documentation. */
const MOST_CHOICES: i64 = 255;

/** What the response to a translated request depends on. */
export class QwenState extends EmbeddingState {
  /** Whether the request goes to the endpoint of the multimodal models. */
  isMultimodal: bool = false;
  /** Whether each event of the stream repeats the text before it. */
  isCumulative: bool = false;
  /** How many choices the client asked for. */
  choices: i32 = 1;

  /** Sets how many choices the client asked for; at least 1, at most 255. */
  setChoices(count: i64): void {
    this.choices = <i32>min<i64>(max<i64>(count, 1), MOST_CHOICES);
  }
}

/** The state of a request, which is made with the first call. */
export function qwenState(exchange: Exchange): QwenState {
  const state = exchange.state;
  if (state) return state as QwenState;
  const fresh = new QwenState();
  exchange.state = fresh;
  return fresh;
}
