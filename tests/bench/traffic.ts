import { post } from "./client.ts";

const CHATS = "/v1/chat/completions";
const WORDS = "The quick brown fox jumps over the lazy dog while the gateway counts every byte that it forwards. ";

/** A chat request of about this number of bytes, also for Anthropic's Messages: a long conversation of short messages. */
export function chatRequest(bytes: number, stream: boolean, authorization?: string, path = CHATS): Buffer {
  const messages = [{ role: "system", content: "You are a helpful assistant." }];
  const body = () => JSON.stringify({ model: "gpt-4o", temperature: 0.7, max_tokens: 512, stream, messages });
  for (let turn = 0; body().length < bytes - 60; turn++) {
    const room = bytes - 60 - body().length;
    const content = WORDS.repeat(20).slice(0, Math.max(1, Math.min(1900, room)));
    messages.push({ role: turn % 2 ? "assistant" : "user", content });
  }
  return post(path, body(), authorization);
}

/** A request with one more header. */
export const withHeader = (request: Buffer, header: string): Buffer =>
  Buffer.from(request.toString("latin1").replace("\r\n", `\r\n${header}\r\n`), "latin1");

const TEXT = WORDS.repeat(7).slice(0, 640);
const ID = "0f6d3c1e-5b7a-9c2d-8e4f-102132435465";

/** A `chat.completion` of about 1 KB. https://platform.openai.com/docs/api-reference/chat/object */
export const openAiResponse = JSON.stringify({
  id: `chatcmpl-${ID}`,
  object: "chat.completion",
  created: 1741569952,
  model: "gpt-4o-2024-08-06",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: TEXT, refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 190, completion_tokens: 130, total_tokens: 320 },
  service_tier: "default",
});

/** The same response in DashScope's protocol. https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference */
export const dashScopeResponse = JSON.stringify({
  status_code: 200,
  request_id: ID,
  code: "",
  message: "",
  output: {
    text: null,
    finish_reason: null,
    choices: [{ finish_reason: "stop", message: { role: "assistant", content: TEXT } }],
  },
  usage: { input_tokens: 190, output_tokens: 130, total_tokens: 320 },
});

/** One event of a stream; its text contains the time of its departure between two `@`. */
export const openAiEvent = (index: number, now: string): string =>
  `data: {"id":"chatcmpl-${ID}","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4o-2024-08-06",` +
  `"service_tier":"default","system_fingerprint":"fp_50cad350e4","choices":[{"index":0,` +
  `"delta":{${index === 0 ? '"role":"assistant",' : ""}"content":"@${now}@ word"},"logprobs":null,"finish_reason":null}]}\n\n`;

/** The event with the usage, which a client asks for by `stream_options`. */
export const openAiUsage =
  `data: {"id":"chatcmpl-${ID}","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4o-2024-08-06",` +
  `"choices":[],"usage":{"prompt_tokens":190,"completion_tokens":200,"total_tokens":390}}\n\n`;

/** The event that ends the choice of a stream. */
export const openAiFinish =
  `data: {"id":"chatcmpl-${ID}","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4o-2024-08-06",` +
  `"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n`;

/** The end of an OpenAI stream, after the last event. */
export const openAiEnding = "data: [DONE]\n\n";

/** The same event in DashScope's protocol, incremental. */
export const dashScopeEvent = (index: number, now: string): string =>
  `id:${index + 1}\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"content":"@${now}@ word",` +
  `"role":"assistant"},"finish_reason":"null"}]},"usage":{"total_tokens":${191 + index},"input_tokens":190,` +
  `"output_tokens":${1 + index}},"request_id":"${ID}"}\n\n`;

/** DashScope's last event has the finish reason. */
export const dashScopeEnding =
  'id:999\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"content":"","role":"assistant"},' +
  `"finish_reason":"stop"}]},"usage":{"total_tokens":390,"input_tokens":190,"output_tokens":200},"request_id":"${ID}"}\n\n`;
