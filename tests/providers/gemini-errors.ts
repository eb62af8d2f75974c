// SPDX-License-Identifier: Apache-2.0
// https://ai.google.dev/gemini-api/docs/troubleshooting and https://google.aip.dev/193
import type { Fault } from "./faults.ts";
import type { HeaderPair } from "./types.ts";
import type { JsonObject } from "./wire.ts";

/** An error in Google's shape. The validation throws it, and the dialect converts it to a reply. */
export class GeminiRefusal extends Error {
  constructor(
    readonly code: number,
    readonly status: string,
    message: string,
    readonly headers: HeaderPair[] = [],
  ) {
    super(message);
  }

  /** The body, or the data of an event. */
  body(): JsonObject {
    return { error: { code: this.code, message: this.message, status: this.status } };
  }
}

/** 400 with a sentence. */
export const invalid = (message: string): GeminiRefusal => new GeminiRefusal(400, "INVALID_ARGUMENT", message);

/** 400 for a field that the message does not have. */
export const unknownName = (name: string, at: string): GeminiRefusal =>
  invalid(`Invalid JSON payload received. Unknown name "${name}"${at && ` at '${at}'`}: Cannot find field.`);

/** The errors that a model name can select, in Google's shape. */
export function faultRefusal(fault: Fault | undefined): GeminiRefusal | undefined {
  switch (fault) {
    case "rate-limited":
    case "quota-exceeded": {
      const text = "You exceeded your current quota. Please retry in 20s. Rate limit exceeded.";
      return new GeminiRefusal(429, "RESOURCE_EXHAUSTED", text, [["retry-after", "20"]]);
    }
    case "server-error":
      return new GeminiRefusal(500, "INTERNAL", "An internal error has occurred.");
    case "overloaded":
    case "stream-error":
    case "stream-refused":
      return new GeminiRefusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later.");
    case "content-filtered":
      return invalid("The prompt could not be submitted. It contains sensitive words.");
    default:
      return undefined;
  }
}
