/** Types of Higress that ai-proxy does not have, and the reason, for the error message. */
const NOT_BUILT: string[][] = [
  // https://docs.dify.ai/api-reference/chat/send-chat-message
  ["dify", "Dify's API is not OpenAI's"],
  // https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html
  ["triton", "Triton's generate API is not OpenAI's: use type openai for its OpenAI-compatible frontend"],
  // https://www.coze.cn/open/docs/developer_guides/chat_v3
  ["coze", "Coze's API is not OpenAI's"],
  // https://developers.deepl.com/docs/api-reference/translate
  ["deepl", "DeepL translates texts and has no chats"],
  [
    "yi",
    "no page of the provider describes the API any more: use type openai with openaiCustomUrl for a server that has it",
  ],
  ["vertex", "use type gemini, or type openai with the openaiCustomUrl of its OpenAI endpoint"],
];

/** Why ai-proxy does not have a type that Higress has; "" for any other type. */
export function reasonNotBuilt(type: string): string {
  for (let i = 0; i < NOT_BUILT.length; i++) if (NOT_BUILT[i][0] == type) return NOT_BUILT[i][1];
  return "";
}
