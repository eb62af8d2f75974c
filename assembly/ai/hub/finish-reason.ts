/** Why a choice has ended; each protocol has its own words for these. */
export const enum FinishReason {
  /** It has not ended. */
  None,
  /** The model was done, or met a stop sequence. */
  Stop,
  /** The limit of tokens is reached. */
  Length,
  /** The model waits for the results of its tool calls. */
  ToolCalls,
  /** The provider withheld the rest. */
  ContentFilter,
}
