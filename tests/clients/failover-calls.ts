// SPDX-License-Identifier: Apache-2.0
// One chat of an application with examples/model-failover, by either official client.
import OpenAI from "openai";
import { runPython } from "./python.ts";

/** A chat before it is sent. */
export interface FailoverCall {
  model: string;
  content: string;
  stream: boolean;
  key: string;
}

/** What the application sees of it: a response, or the class of an error. */
export interface Outcome {
  /** Names in lower case. */
  headers?: Record<string, string>;
  /** Every different model of the chunks, with `|` between them. */
  model?: string;
  content?: string;
  reasoning?: string;
  finish?: string;
  error?: string;
  status?: number;
  message?: string;
}

/** Sends chats, at most `parallel` at a time, and resolves with their outcomes in the same order. */
export type Caller = (baseUrl: string, calls: FailoverCall[], parallel?: number) => Promise<Outcome[]>;

/** The official clients, by their names. */
export const callers: Record<string, Caller> = {
  Node: async (baseUrl, calls, parallel = 1) => {
    const outcomes: Outcome[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < calls.length) {
        const index = next++;
        outcomes[index] = await callWithNode(baseUrl, calls[index]);
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    return outcomes;
  },
  Python: (baseUrl, calls, parallel = 1) => runPython("failover_calls.py", { baseUrl, calls, parallel }),
};

/** A part of a message with the field of reasoning models. */
interface Part {
  content?: string | null;
  reasoning_content?: string | null;
}

async function callWithNode(baseUrl: string, { model, content, stream, key }: FailoverCall): Promise<Outcome> {
  const client = new OpenAI({ baseURL: baseUrl, apiKey: key, maxRetries: 0, timeout: 20_000 });
  const request = { model, messages: [{ role: "user" as const, content }] };
  try {
    if (!stream) {
      const { data, response } = await client.chat.completions.create(request).withResponse();
      const [choice] = data.choices;
      return outcomeOf(response, [data.model], [choice.message], [choice.finish_reason]);
    }
    const { data, response } = await client.chat.completions.create({ ...request, stream: true }).withResponse();
    const models: string[] = [];
    const parts: Part[] = [];
    const finishes: string[] = [];
    for await (const { model, choices } of data) {
      if (!models.includes(model)) models.push(model);
      for (const { delta, finish_reason } of choices) {
        parts.push(delta);
        if (finish_reason) finishes.push(finish_reason);
      }
    }
    return outcomeOf(response, models, parts, finishes);
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    const status = error.status as number | undefined;
    return { error: error.constructor.name, message: error.message, ...(status ? { status } : {}) };
  }
}

function outcomeOf(response: Response, models: string[], parts: Part[], finishes: string[]): Outcome {
  return {
    headers: Object.fromEntries(response.headers),
    model: models.sort().join("|"),
    content: parts.map(({ content }) => content ?? "").join(""),
    reasoning: parts.map(({ reasoning_content }) => reasoning_content ?? "").join(""),
    finish: finishes.join("|"),
  };
}
