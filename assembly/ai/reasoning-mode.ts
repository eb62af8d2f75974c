/** What becomes of a model's reasoning on its way to the client (`reasoningContentMode`). */
export const enum ReasoningMode {
  /** It stands in `reasoning_content`. */
  Passthrough,
  /** It is dropped. */
  Ignore,
  /** It stands before the content, as `<think>…</think>` and a line end. */
  Concat,
}
