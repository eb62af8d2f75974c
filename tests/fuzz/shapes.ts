// SPDX-License-Identifier: Apache-2.0
// Wide JSON values: many fields, many elements, long names, long texts; and the places for them in messages.

/** The same text repeated, up to the size. */
export const repeated = (text: string, size: number): string => text.repeat(Math.ceil(size / text.length));

/** Texts one after the other, each made with its number, up to the size. */
export const numbered = (text: (n: number) => string, size: number): string => {
  const parts: string[] = [];
  for (let length = 0; length < size; length += parts.at(-1)!.length) parts.push(text(parts.length));
  return parts.join("");
};

const fields = (name: (n: number) => string, size: number, value = "0"): string =>
  numbered((n) => `${n ? "," : ""}"${name(n)}":${value}`, size);
const list = (element: string, size: number): string => `[${element}${repeated(`,${element}`, size - element.length)}]`;
const digits = (n: number): string => String(n).padStart(7, "0");

/** Objects by the size of their fields, without braces; `mark` makes the names of one object different from those of another. */
export const objects: Record<string, (size: number, mark: string) => string> = {
  "many fields": (size, mark) => fields((n) => mark + n, size),
  "fields of one length": (size, mark) => fields((n) => mark + digits(n), size),
  "fields that differ at their end": (size, mark) => fields((n) => mark.repeat(80) + digits(n), size),
  "fields that differ in escapes": (size, mark) => fields((n) => `\\u0061${mark}${n}`, size),
  "fields with objects": (size, mark) => fields((n) => mark + n, size, '{"a":{},"b":[{}]}'),
  "a field of a long name": (size, mark) => `"${repeated(mark, size)}":0`,
  "the same field again and again": (size, mark) => fields(() => mark, size),
};

/** Other values by their size. */
export const values: Record<string, (size: number) => string> = {
  "many numbers": (size) => list("0", size),
  "many texts": (size) => list('"a"', size),
  "many empty lists": (size) => list("[]", size),
  "many empty objects": (size) => list("{}", size),
  "objects of some fields": (size) => list(`{${fields((n) => `k${n}`, 90)}}`, size),
  "many parts": (size) => list('{"type":"text","text":"a"}', size),
  "many parts to cache": (size) => list('{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}', size),
  "many pictures": (size) => list('{"type":"image_url","image_url":{"url":"a"}}', size),
  "many functions": (size) => list('{"type":"function","function":{"name":"f","parameters":{}}}', size),
  "many calls": (size) => list('{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}', size),
  "many numbered calls": (size) => `[${numbered((n) => `{"index":${n},"function":{"arguments":"a"}},`, size)}{}]`,
  "many choices": (size) => `[${numbered((n) => `{"index":${n},"message":{"content":"a"}},`, size)}{}]`,
  "choices that call": (size) => list('{"message":{"tool_calls":[{}]}}', size),
  "choices that think": (size) => list('{"index":0,"message":{"reasoning_content":"a"}}', size),
  "many reasoning parts": (size) => `[${numbered((n) => `{"index":${n},"delta":{"reasoning_content":"a"}},`, size)}{}]`,
  "many embeddings": (size) => list('{"embedding":[0],"text_index":0}', size),
  "a long text": (size) => `"${repeated("x", size)}"`,
  "a long text of escapes": (size) => `"${repeated("\\u0001", size)}"`,
  "a long text of backslashes": (size) => `"${repeated("\\\\", size)}"`,
  "a long text of halves": (size) => `"${repeated("\\ud83d", size)}"`,
  "a long text of many bytes": (size) => `"${repeated("\u4f60", size / 3)}"`,
  "a long number": (size) => `1${repeated("0", size)}`,
  "deep lists": (size) => list("[".repeat(200) + "]".repeat(200), size),
};

const asValues = Object.fromEntries(
  Object.entries(objects).map(([name, of]) => [name, (size: number) => `{${of(size, "k")}}`]),
);

/** Every shape as a value. */
export const shapes: Record<string, (size: number) => string> = { ...values, ...asValues };

/** The shapes without those that differ only in the fields of chats. */
export const plainShapes: Record<string, (size: number) => string> = {
  ...Object.fromEntries(
    Object.entries(values).filter(([name]) => /^(a|deep|objects) |^many (numbers|texts|empty)/.test(name)),
  ),
  ...asValues,
};

const user = '{"role":"user","content":"a"}';
const chat = (messages: string, more = ""): string => `{"model":"gpt-4o","messages":[${messages}${user}]${more}}`;
const inChat = [
  "x",
  ..."tools,tool_choice,parallel_tool_calls,response_format,stop,logit_bias,metadata,stream_options,user".split(","),
  ..."modalities,functions,function_call,n,max_tokens,max_completion_tokens,seed,temperature,stream".split(","),
  ..."prediction,search_options,reasoning_effort,enable_search,incremental_output,a,parameters".split(","),
];
const inMessage = "x,role,content,name,tool_calls,function_call,tool_call_id,reasoning_content,refusal,partial".split(
  ",",
);
const inPart = "x,type,text,image_url,video_url,input_audio,video,cache_control,refusal".split(",");
const members = (holder: (text: string) => string, names: string[]): [string, (value: string) => string][] =>
  names.map((name) => [`${holder("")}.${name}`, (value) => holder(`,"${name}":${value}`)]);
const named = (places: [string, (value: string) => string][]): Record<string, (value: string) => string> =>
  Object.fromEntries(places);

/** Chats with a value in every field that is read. */
export const chatPlaces: Record<string, (value: string) => string> = {
  messages: (value) => `{"model":"gpt-4o","messages":${value}}`,
  model: (value) => `{"model":${value},"messages":[${user}]}`,
  ...named(members((text) => chat("", text), inChat)),
  ...named(members((text) => chat(`{"role":"user","content":"a"${text}},`), inMessage)),
  ...named(members((text) => chat(`{"role":"assistant","content":"a"${text}},`), inMessage)),
  ...named(members((text) => chat(`{"role":"system","content":"a"${text}},`), inMessage)),
  ...named(members((text) => chat(`{"role":"user","content":[{"type":"text","text":"a"${text}}]},`), inPart)),
  ...named(members((text) => chat(`{"role":"user","content":[{"type":"image_url"${text}}]},`), inPart)),
  ...named(members((text) => chat("", `,"tools":[{"type":"function"${text}}]`), ["x", "function", "type"])),
  ...named(
    members((text) => chat("", `,"tools":[{"type":"function","function":{"name":"f"${text}}}]`), ["parameters"]),
  ),
  ...named(members((text) => chat("", `,"stream":true,"stream_options":{"a":0${text}}`), ["include_usage", "x"])),
  ...named(members((text) => chat("", `,"a":{"d":0${text}}`), ["b", "x"])),
};

/** Chats whose messages have these fields, which merged messages may have. */
export const chatObjects: Record<string, (fields: (size: number, mark: string) => string, size: number) => string> = {
  "two messages": (of, size) =>
    chat(["b", "c"].map((mark) => `{"role":"user","content":"a",${of(size / 2, mark)}},`).join("")),
  "two messages of the same fields": (of, size) =>
    chat(["b", "b"].map((mark) => `{"role":"user","content":"a",${of(size / 2, mark)}},`).join("")),
  "a message before many": (of, size) =>
    chat(`{"role":"user","content":"a",${of(size / 2, "b")}},${repeated(`${user},`, size / 2)}`),
  "many messages": (of, size) => chat(numbered((n) => `{"role":"user","content":"a",${of(150, `b${n % 3}`)}},`, size)),
  "many messages of many names": (of, size) =>
    chat(numbered((n) => `{"role":"user","content":"a",${of(150, `b${n}`)}},`, size)),
  // The first two are merged, so that the list is rewritten.
  "messages in turn": (of, size) =>
    chat(
      `${user},${user},` +
        numbered((n) => `{"role":"${n % 2 ? "user" : "assistant"}","content":"a",${of(100, "b")}},`, size),
    ),
};
