/** How a model of Anthropic's is told to reason. https://platform.claude.com/docs/en/build-with-claude/thinking */
export const enum ThinkingMode {
  /** It does not. */
  None,
  /** By a number of tokens. */
  Budget,
  /** By an effort; it does not reason unless it is asked. */
  Adaptive,
  /** By an effort; it reasons unless it is told not to. */
  AdaptiveByDefault,
  /** By an effort; it always reasons. */
  AdaptiveAlways,
}

/** What a model of Anthropic's takes, as one of the newest does if nothing else is said. */
export class ModelTraits {
  constructor(
    readonly thinking: ThinkingMode,
    /** Whether it takes temperature, top_p and top_k. */
    readonly takesSampling: bool,
    /** Whether it takes a JSON schema for its response, and strict tools. */
    readonly takesSchema: bool,
    /** Whether its reasoning is left out of responses unless a summary is asked for. */
    readonly hidesThinking: bool,
    /** Whether it can be made to call a tool. */
    readonly takesForcedTools: bool,
    /** The limit of tokens for requests that name none: `max_tokens` is required. */
    readonly defaultLimit: i32,
  ) {}
}

/** What the newest models take. */
export const NEWEST_TRAITS = new ModelTraits(ThinkingMode.AdaptiveAlways, false, true, true, false, 32_000);
