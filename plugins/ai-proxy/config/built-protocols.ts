// The protocols that the module has. A build for chosen providers replaces this file (tools/chosen-protocols.ts): the code of a protocol
// that is `false` here is not compiled.

/** Whether clients may speak Anthropic's Messages. */
export const MESSAGES_CLIENTS: bool = true;
/** Whether clients may speak OpenAI's Responses. */
export const RESPONSES_CLIENTS: bool = true;
/** Whether a provider is asked for chats in Anthropic's Messages. */
export const MESSAGES_PROVIDERS: bool = true;
/** Whether a provider is asked for chats in Google's `generateContent`. */
export const GEMINI_PROVIDERS: bool = true;
/** Whether a provider is asked for chats in DashScope's own protocol. */
export const DASHSCOPE_PROVIDERS: bool = true;

/** Whether a request of one protocol may become one of another. */
export const BRIDGES: bool = MESSAGES_CLIENTS || RESPONSES_CLIENTS || MESSAGES_PROVIDERS || GEMINI_PROVIDERS;
