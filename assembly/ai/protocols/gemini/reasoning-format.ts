/**
 * The `format` of reasoning that Google has signed, in the `reasoning_details` of chats.
 * https://openrouter.ai/docs/use-cases/reasoning-tokens#reasoning-details-array-structure
 */
export const GEMINI_REASONING = "google-gemini-v1";
