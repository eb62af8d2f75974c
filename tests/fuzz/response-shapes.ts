// SPDX-License-Identifier: Apache-2.0
// Provider responses, whole and as events, with a wide value in every field that is read.

const inEach = (holder: (text: string) => string, names: string): [string, (value: string) => string][] =>
  names.split(",").map((name) => [holder(`,"${name}":…`), (value) => holder(`,"${name}":${value}`)]);
type Places = Record<string, (value: string) => string>;

const openAi = (choice: string, more = ""): string =>
  `{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0${choice}}]${more}}`;
const message = (text: string): string => `,"message":{"role":"assistant"${text}},"delta":{"role":"assistant"${text}}`;
const native = (choice: string, more = "", inOutput = ""): string =>
  `{"request_id":"r","output":{"choices":[{"finish_reason":"stop"${choice}}]${inOutput}}${more}}`;
const called = (text: string): string => `,"message":{"content":"","tool_calls":[{"index":0${text}}]}`;

/** Responses in OpenAI's format; each is also an event of a stream. */
export const openAiPlaces: Places = {
  choices: (value) => `{"id":"c","model":"m","choices":${value}}`,
  ...Object.fromEntries([
    ...inEach((text) => openAi("", text), "usage,error,model,id,system_fingerprint,x,message,response"),
    ...inEach((text) => openAi("", `,"usage":{"prompt_tokens":1${text}}`), "completion_tokens,x,prompt_tokens_details"),
    ...inEach((text) => openAi(text), "logprobs,finish_reason,index,usage,message,delta,x"),
    ...inEach((text) => openAi(message(text)), "content,reasoning_content,reasoning,tool_calls,annotations,audio,x"),
    ...inEach((text) => openAi(message(`,"content":"","reasoning_content":"t"${text}`)), "x,tool_calls"),
    ...inEach((text) => `{"error":{"type":"t"${text}}}`, "message,code,param,x"),
  ]),
};

/** Responses in DashScope's own format; each is also an event of a stream. */
export const nativePlaces: Places = {
  choices: (value) => `{"request_id":"r","output":{"choices":${value}}}`,
  text: (value) => `{"request_id":"r","output":{"text":${value},"finish_reason":"stop"}}`,
  embeddings: (value) => `{"request_id":"r","output":{"embeddings":${value}}}`,
  embedding: (value) => `{"request_id":"r","output":{"embeddings":[{"embedding":${value}}]}}`,
  "an id": (value) => `{"request_id":${value},"output":{"choices":[{"message":{"content":"a"}}]}}`,
  "an id beside calls": (value) =>
    `{"request_id":${value.length > 64 ? `"${"r".repeat(value.length / 2)}"` : value},"output":{"choices":[{"message":{"content":"",` +
    `"tool_calls":[${"{},".repeat(value.length / 6)}{}]}}]}}`,
  ...Object.fromEntries([
    ...inEach((text) => native("", text), "usage,code,message,x"),
    ...inEach((text) => native("", `,"usage":{"input_tokens":1${text}}`), "output_tokens,x,output_tokens_details"),
    ...inEach((text) => native("", "", text), "search_info,x,finish_reason"),
    ...inEach((text) => native(text), "logprobs,index,message,x"),
    ...inEach((text) => native(`,"message":{"role":"assistant"${text}}`), "content,reasoning_content,tool_calls,x"),
    ...inEach((text) => native(called(text)), "id,function,x"),
    ...inEach((text) => native(called(`,"function":{"a":0${text}}`)), "name,arguments"),
    ...inEach((text) => `{"request_id":"r","code":"c"${text}}`, "message,x,error"),
  ]),
};
