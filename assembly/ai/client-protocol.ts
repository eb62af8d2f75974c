/** The protocol that the client speaks: it decides the form of responses, streams and errors. */
export const enum ClientProtocol {
  /** OpenAI's: its chats, and the error object that all of its APIs share. */
  OpenAi,
  /** Anthropic's Messages. */
  Messages,
}
