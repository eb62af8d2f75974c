// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Target } from "./targets.ts";

/** Valid messages that mutations start from. */
export interface Corpus {
  requests: string[];
  responses: string[];
  streams: string[];
  errors: string[];
}

const fixtures = resolve(import.meta.dirname, "../fixtures");
const corpora = new Map<string, Corpus>();

const EMBEDDINGS = '{"model":"text-embedding-3-small","input":["one","two"],"encoding_format":"float"}';
const RICH = `{"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"n":2,"max_tokens":5,"stop":["a","b"],
  "messages":[{"role":"developer","content":"be brief"},{"role":"user","content":[{"type":"text","text":"a \\u4f60 \\ud83d\\ude00"},
  {"type":"image_url","image_url":{"url":"https://a.example/b.png"}}]},{"role":"user","content":"/clear"},{"role":"user","content":"x"},
  {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
  {"role":"tool","tool_call_id":"c","content":"{\\"a\\":1}"}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],
  "tool_choice":"required","response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{}}},"a":{"b":{"c":1}}}`;

/** The messages of a target's provider. */
export function corpusOf({ corpus }: Target): Corpus {
  const known = corpora.get(corpus);
  if (known) return known;
  const loaded = load(corpus);
  corpora.set(corpus, loaded);
  return loaded;
}

function load(name: string): Corpus {
  const files = ["chat", "embeddings"]
    .map((folder) => join(fixtures, name, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  const texts = (ending: string, part = ""): string[] =>
    files.filter((file) => file.endsWith(ending) && file.includes(part)).map((file) => readFileSync(file, "utf8"));
  const requests = [...texts(".client.json"), EMBEDDINGS, RICH];
  const streaming = requests.map((text) => text.replace(/^\{/, '{"stream":true,'));
  const streams = texts(".upstream.sse");
  // A server with OpenAI's API has OpenAI's streams.
  if (streams.length === 0) streams.push(...load("openai").streams);
  const failures = [...texts(".upstream.json", "error"), '{"code":"X","message":"no","request_id":"r"}', "no", ""];
  return { requests: [...requests, ...streaming], responses: texts(".upstream.json"), streams, errors: failures };
}
