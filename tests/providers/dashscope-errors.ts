// SPDX-License-Identifier: Apache-2.0
// Codes and messages: https://help.aliyun.com/zh/model-studio/error-code
import type { Fault } from "./faults.ts";
import type { HeaderPair } from "./types.ts";

/** An error in DashScope's own shape. The validation throws it, and the dialect converts it to a reply. */
export class DashScopeRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: HeaderPair[] = [],
  ) {
    super(message);
  }

  /** The body, or the data of an error event. */
  body(requestId: string) {
    return { code: this.code, message: this.message, request_id: requestId };
  }
}

/** 400 InvalidParameter, the response to nearly every malformed request. */
export const invalidParameter = (message: string): DashScopeRefusal =>
  new DashScopeRefusal(400, "InvalidParameter", message);

/** 400 for a parameter that the API does not have, or of a wrong type. */
export const outOfDefinition = (name: string): DashScopeRefusal =>
  invalidParameter(`The type or value of ${name} is out of definition.`);

/** 401 for an absent or unknown API key. */
export const invalidApiKey = (key: string): DashScopeRefusal =>
  new DashScopeRefusal(401, "InvalidApiKey", key === "" ? "No API-key provided." : "Invalid API-key provided.");

/** The errors that a model name can select, in DashScope's shape. */
export function faultRefusal(fault: Fault | undefined): DashScopeRefusal | undefined {
  switch (fault) {
    case "rate-limited":
      return new DashScopeRefusal(
        429,
        "Throttling.RateQuota",
        "Requests rate limit exceeded, please try again later.",
        [["retry-after", "20"]],
      );
    case "quota-exceeded":
    case "stream-refused":
      return new DashScopeRefusal(
        429,
        "Throttling.AllocationQuota",
        "Allocated quota exceeded, please increase your quota limit.",
      );
    case "server-error":
    case "stream-error":
      return new DashScopeRefusal(500, "InternalError.Algo", "inference internal error.");
    case "overloaded":
      return new DashScopeRefusal(503, "ModelUnavailable", "Model is unavailable, please try again later.");
    case "content-filtered":
      return new DashScopeRefusal(400, "DataInspectionFailed", "Input data may contain inappropriate content.");
    default:
      return undefined;
  }
}
