// SPDX-License-Identifier: Apache-2.0
// Error codes: https://platform.openai.com/docs/guides/error-codes
// Rate limit headers: https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers
import type { Fault } from "./faults.ts";
import type { HeaderPair } from "./types.ts";

/** An error as a server writes it. */
export interface Spelling {
  status: number;
  body: unknown;
}

/** An error in OpenAI's shape. The validation throws it, and the dialect converts it to a reply. */
export class OpenAiRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly param: string | null = null,
    readonly code: string | null = null,
    readonly type: string = "invalid_request_error",
    readonly headers: HeaderPair[] = [],
  ) {
    super(message);
  }

  /** The `error` field of the body. */
  get error() {
    return { message: this.message, type: this.type, param: this.param, code: this.code };
  }
}

/** 400 with the name of the parameter, the usual response to a malformed request. */
export const badRequest = (message: string, param: string | null = null, code: string | null = null): OpenAiRefusal =>
  new OpenAiRefusal(400, message, param, code);

/** 400 for a required field that is absent. */
export const missing = (param: string): OpenAiRefusal =>
  badRequest(`Missing required parameter: '${param}'.`, param, "missing_required_parameter");

/** 400 for a field of another JSON type than documented. */
export const wrongType = (param: string, expected: string, value: unknown): OpenAiRefusal =>
  badRequest(
    `Invalid type for '${param}': expected ${expected}, but got ${nameOf(value)} instead.`,
    param,
    "invalid_type",
  );

/** 400 for a value outside of a documented list. */
export const notAmong = (param: string, value: unknown, allowed: readonly string[]): OpenAiRefusal => {
  const quoted = allowed.map((name) => `'${name}'`);
  const list = quoted.length > 1 ? `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}` : quoted[0];
  return badRequest(`Invalid value: '${String(value)}'. Supported values are: ${list}.`, param, "invalid_value");
};

/** 401 without an API key. */
export const noKey = (): OpenAiRefusal =>
  new OpenAiRefusal(
    401,
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth " +
      "(i.e. Authorization: Bearer YOUR_KEY).",
  );

/** 401 with an unknown API key. Only its two ends are repeated. */
export const wrongKey = (key: string): OpenAiRefusal =>
  new OpenAiRefusal(
    401,
    `Incorrect API key provided: ${key.slice(0, 8)}${"*".repeat(Math.max(0, key.length - 12))}${key.slice(-4)}. ` +
      "You can find your API key at https://platform.openai.com/account/api-keys.",
    null,
    "invalid_api_key",
  );

/** 404 for a model that does not exist. */
export const noModel = (model: string): OpenAiRefusal =>
  new OpenAiRefusal(
    404,
    `The model \`${model}\` does not exist or you do not have access to it.`,
    null,
    "model_not_found",
  );

/** The errors that a model name can select, in OpenAI's shape. */
export function faultRefusal(fault: Fault | undefined, model: string): OpenAiRefusal | undefined {
  switch (fault) {
    case "rate-limited":
      return new OpenAiRefusal(
        429,
        `Rate limit reached for ${model} on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.`,
        null,
        "rate_limit_exceeded",
        "requests",
        [
          ["retry-after", "20"],
          ["x-ratelimit-limit-requests", "3"],
          ["x-ratelimit-remaining-requests", "0"],
          ["x-ratelimit-reset-requests", "20s"],
        ],
      );
    case "quota-exceeded":
      return new OpenAiRefusal(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        null,
        "insufficient_quota",
        "insufficient_quota",
      );
    case "server-error":
    case "stream-refused":
    case "stream-error":
      return new OpenAiRefusal(
        500,
        "The server had an error while processing your request. Sorry about that!",
        null,
        null,
        "server_error",
      );
    case "overloaded":
      return new OpenAiRefusal(
        503,
        "The engine is currently overloaded, please try again later.",
        null,
        null,
        "service_unavailable",
      );
    case "content-filtered":
      return badRequest(
        "Invalid prompt: your prompt was flagged as potentially violating our usage policy. " +
          "Please try again with a different prompt.",
        null,
        "invalid_prompt",
      );
    default:
      return undefined;
  }
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a decimal number";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
