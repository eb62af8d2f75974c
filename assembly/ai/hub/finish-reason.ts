/** Why a choice has ended; each protocol has its own words for these. */
export const enum FinishReason {
  /** It has not ended. */
  None,
  /** The model was done, or met a stop sequence. */
  Stop,
  /** The response is cut: by the limit of tokens or, mostly, by one that the gateway does not know. */
  Length,
  /** The model waits for the results of its tool calls. */
  ToolCalls,
  /** The provider withheld the rest. */
  ContentFilter,
  /** The provider broke off: what there is of the response is no whole one. */
  Failed,
}
