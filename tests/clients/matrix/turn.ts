// SPDX-License-Identifier: Apache-2.0

/** One request of the matrix, in no protocol. */
export interface Turn {
  model: string;
  /** What the user says. */
  text: string;
  system?: string;
  /** A PNG as Base64, beside the text. */
  picture?: string;
  /** Whether the tool of the weather may be called: at will, or once at a time. */
  tools?: "any" | "one";
  /** Whether the model reasons first. */
  thinks?: boolean;
  /** Whether the answer must match `SCHEMA`. */
  isStructured?: boolean;
  streams: boolean;
  /** The answer with tool calls, and their results in the order of the calls. */
  called?: { answer: Answer; results: string[] };
}

/** A tool call as the client reads it. */
export interface Call {
  id: string;
  name: string;
  arguments: unknown;
}

/** What an application has in hand when the official client has read a response. */
export interface Answer {
  text: string;
  reasoning: string;
  calls: Call[];
  /** Why the answer ended, in the words of the client's protocol. */
  finish: string;
  usage: Usage;
  /** What is sent back with the next turn. */
  message: unknown;
}

/** Tokens: of the input also those from a cache, of the output also those of the reasoning. */
export interface Usage {
  input: number;
  output: number;
  /** Undefined where the protocol does not say it. */
  reasoning?: number;
}

/** An official client of one protocol. */
export interface Client {
  /** What the answer's `finish` is behind a text and behind tool calls. */
  finishes: { text: string; calls: string };
  /** Whether an error has the shape of the client's protocol. */
  isOwnShape(body: unknown): boolean;
  /** Sends a turn; throws the client's own error. */
  ask(turn: Turn): Promise<Answer>;
}

/** Makes an official client that sends its requests with a given `fetch`. */
export type ClientMaker = (baseUrl: string, fetch: typeof globalThis.fetch) => Client;

/** The tool of every turn with tools. */
export const TOOL = {
  name: "get_current_weather",
  description: "The weather of a city",
  schema: {
    type: "object",
    properties: { location: { type: "string", description: "A city" } },
    required: ["location"],
    additionalProperties: false,
  },
} as const;

/** The schema of the structured output. */
export const SCHEMA = {
  type: "object",
  properties: { city: { type: "string" }, temperature: { type: "integer" } },
  required: ["city", "temperature"],
  additionalProperties: false,
} as const;
