import { Slice } from "../../../bytes/slice";
import { jsonEquals } from "../../../json/value";

/** The status of an error of Anthropic's by its type, a JSON value; 500 for others. https://platform.claude.com/docs/en/api/errors */
export function statusOfError(type: Slice): i32 {
  if (jsonEquals(type, "overloaded_error")) return 529;
  if (jsonEquals(type, "rate_limit_error")) return 429;
  if (jsonEquals(type, "invalid_request_error")) return 400;
  if (jsonEquals(type, "authentication_error")) return 401;
  if (jsonEquals(type, "billing_error")) return 402;
  if (jsonEquals(type, "permission_error")) return 403;
  if (jsonEquals(type, "not_found_error")) return 404;
  if (jsonEquals(type, "request_too_large")) return 413;
  return jsonEquals(type, "timeout_error") ? 504 : 500;
}
