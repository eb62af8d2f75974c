/** How a model's reasoning is passed to the client (`reasoningContentMode`). */
export const enum ReasoningMode {
  /** It stands in `reasoning_content`. */
  Passthrough,
  /** It is dropped. */
  Ignore,
  /** It stands before the content, as `<think>…</think>` and a line end. */
  Concat,
}
