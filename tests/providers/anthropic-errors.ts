// SPDX-License-Identifier: Apache-2.0
// https://docs.claude.com/en/api/errors
import type { Fault } from "./faults.ts";
import type { HeaderPair } from "./types.ts";

/** An error in Anthropic's shape. The validation throws it, and the dialect converts it to a reply. */
export class AnthropicRefusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly headers: HeaderPair[] = [],
  ) {
    super(message);
  }

  /** The body, or the data of an error event. */
  body(requestId: string): unknown {
    return { type: "error", error: { type: this.type, message: this.message }, request_id: requestId };
  }
}

/** 400 with the path of the field. */
export const invalid = (path: string, what: string): AnthropicRefusal =>
  new AnthropicRefusal(400, "invalid_request_error", `${path}: ${what}`);

/** 401 without an API key, or with an unknown one. */
export const wrongApiKey = (): AnthropicRefusal =>
  new AnthropicRefusal(401, "authentication_error", "invalid x-api-key");

/** The errors that a model name can select, in Anthropic's shape. */
export function faultRefusal(fault: Fault | undefined): AnthropicRefusal | undefined {
  switch (fault) {
    case "rate-limited":
    case "quota-exceeded": {
      const text = "This request would exceed your organization's rate limit of 50 requests per minute.";
      return new AnthropicRefusal(429, "rate_limit_error", text, [["retry-after", "20"]]);
    }
    case "server-error":
      return new AnthropicRefusal(500, "api_error", "Internal server error");
    case "overloaded":
    case "stream-error":
    case "stream-refused":
      return new AnthropicRefusal(529, "overloaded_error", "Overloaded");
    case "content-filtered":
      return new AnthropicRefusal(400, "invalid_request_error", "Output blocked by content filtering policy");
    default:
      return undefined;
  }
}
