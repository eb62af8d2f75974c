/** A protocol for chats with a model: what clients and providers speak. */
export const enum ChatProtocol {
  /** OpenAI's chat completions, and the error object that all of its APIs share. */
  OpenAi,
  /** Anthropic's Messages. */
  Messages,
  /** OpenAI's Responses. */
  Responses,
  /** Google's `generateContent`. */
  Gemini,
}

const PROTOCOL_NAMES = ["chat", "messages", "responses", "gemini"];

/** The name of a protocol in `x-ai-translated`. */
export function protocolName(protocol: ChatProtocol): string {
  return PROTOCOL_NAMES[protocol];
}
