/**
 * The `format` of reasoning that Anthropic has signed, in the `reasoning_details` of chats.
 * https://openrouter.ai/docs/use-cases/reasoning-tokens#reasoning-details-array-structure
 */
export const REASONING_FORMAT = "anthropic-claude-v1";
