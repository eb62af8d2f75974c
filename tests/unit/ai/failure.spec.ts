import { Failure, failureOf, readsLikeFailure } from "../../../assembly/ai/failure";
import { utf8 } from "../assembly/slices";

function nameOf(body: string): string {
  switch (failureOf(utf8(body))) {
    case Failure.BadKey:
      return "bad key";
    case Failure.Credit:
      return "credit";
    case Failure.Quota:
      return "quota";
    case Failure.RateLimit:
      return "rate limit";
    case Failure.Overloaded:
      return "overloaded";
    case Failure.ContextLength:
      return "context length";
    case Failure.Request:
      return "request";
    default:
      return "other";
  }
}

/** An error as OpenAI writes it. */
function openAi(message: string, type: string, code: string): string {
  return `{"error":{"message":"${message}","type":"${type}","param":null,"code":${code == "" ? "null" : `"${code}"`}}}`;
}

describe("the cause that an error body names", () => {
  test("the request itself", () => {
    const tooLarge =
      "Request too large for gpt-4o in organization org-a on tokens per min (TPM): Limit 3, Requested 6.";
    expect(nameOf(openAi(tooLarge, "tokens", "rate_limit_exceeded"))).toBe("request");
    expect(nameOf(openAi("Rate limit reached: Request too large for x", "tokens", "rate_limit_exceeded"))).toBe(
      "rate limit",
    );
    expect(nameOf('{"code":"permission-denied","error":"Content violates usage guidelines."}')).toBe("request");
    expect(nameOf('{"error":{"code":403,"message":"x","metadata":{"flagged_input":"y"}}}')).toBe("request");
    expect(nameOf('{"error":{"code":403,"message":"x","metadata":"flagged_input"}}')).toBe("other");
    expect(nameOf('{"type":"error","error":{"type":"permission_error","message":"x"}}')).toBe("request");
    expect(nameOf('{"code":"Workspace.AccessDenied","message":"x"}')).toBe("request");
  });

  test("a text of a client that reads like an error about the API key", () => {
    expect(readsLikeFailure(utf8("INVALID API KEY."))).toBe(true);
    expect(readsLikeFailure(utf8("Insufficient Balance/x"))).toBe(true);
    expect(readsLikeFailure(utf8("gpt-4o invalid api key"))).toBe(false);
    expect(readsLikeFailure(utf8(""))).toBe(false);
  });

  test("OpenAI's codes", () => {
    expect(nameOf(openAi("Incorrect API key provided: sk-a", "invalid_request_error", "invalid_api_key"))).toBe(
      "bad key",
    );
    expect(nameOf(openAi("You exceeded your current quota", "insufficient_quota", "insufficient_quota"))).toBe("quota");
    expect(nameOf(openAi("Rate limit reached", "tokens", "rate_limit_exceeded"))).toBe("rate limit");
    expect(nameOf(openAi("This model's maximum context length is 4097 tokens.", "invalid_request_error", ""))).toBe(
      "context length",
    );
    expect(nameOf(openAi("x", "invalid_request_error", "context_length_exceeded"))).toBe("context length");
    expect(nameOf(openAi("The server had an error", "server_error", ""))).toBe("other");
    expect(nameOf(openAi("Slow Down", "server_error", "slow_down"))).toBe("overloaded");
  });

  test("those of providers with OpenAI's API", () => {
    // DeepSeek, xAI, Moonshot, vLLM, llama.cpp
    expect(nameOf(openAi("Insufficient Balance", "unknown_error", "invalid_request_error"))).toBe("credit");
    expect(nameOf('{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa."}')).toBe(
      "bad key",
    );
    expect(nameOf('{"error":{"message":"x","type":"engine_overloaded_error"}}')).toBe("overloaded");
    expect(nameOf('{"error":{"message":"x","type":"exceeded_current_quota_error"}}')).toBe("quota");
    expect(nameOf('{"error":{"message":"x","type":"rate_limit_reached_error"}}')).toBe("rate limit");
    expect(
      nameOf(
        '{"error":{"message":"The decoder prompt (length 9) is longer than the maximum model length of 8.","code":400}}',
      ),
    ).toBe("context length");
    expect(nameOf('{"error":{"code":400,"message":"the request exceeds the available context size","type":"x"}}')).toBe(
      "context length",
    );
  });

  test("Anthropic's types", () => {
    const begin = '{"type":"error","error":{"type":';
    expect(nameOf(begin + '"overloaded_error","message":"Overloaded"}}')).toBe("overloaded");
    expect(nameOf(begin + '"authentication_error","message":"invalid x-api-key"}}')).toBe("bad key");
    expect(nameOf(begin + '"rate_limit_error","message":"…"}}')).toBe("rate limit");
    expect(nameOf(begin + '"billing_error","message":"…"}}')).toBe("credit");
    const credit = "Your credit balance is too low to access the Anthropic API.";
    expect(nameOf(begin + `"invalid_request_error","message":"${credit}"}}`)).toBe("credit");
    const long = "prompt is too long: 210266 tokens > 200000 maximum";
    expect(nameOf(begin + `"invalid_request_error","message":"${long}"}}`)).toBe("context length");
  });

  test("DashScope's codes, native and compatible", () => {
    expect(nameOf('{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"r"}')).toBe("bad key");
    expect(nameOf('{"code":"Arrearage","message":"Access denied.","request_id":"r"}')).toBe("credit");
    expect(nameOf('{"code":"Throttling.AllocationQuota","message":"Allocated quota exceeded"}')).toBe("rate limit");
    expect(nameOf('{"code":"Throttling.RateQuota","message":"…"}')).toBe("rate limit");
    const more = "You exceeded your current quota, see https://help.aliyun.com/model-studio/error-code#token-limit";
    expect(nameOf(openAi(more, "insufficient_quota", "insufficient_quota"))).toBe("rate limit");
    expect(
      nameOf(openAi("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 9]", "x", "y")),
    ).toBe("context length");
  });

  test("Google's status and message", () => {
    expect(nameOf('{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}')).toBe(
      "overloaded",
    );
    expect(nameOf('{"error":{"code":429,"message":"…","status":"RESOURCE_EXHAUSTED"}}')).toBe("rate limit");
    expect(
      nameOf(
        '[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]',
      ),
    ).toBe("bad key");
    expect(
      nameOf(
        '{"error":{"code":400,"message":"The input token count exceeds the maximum number of tokens allowed (9)."}}',
      ),
    ).toBe("context length");
  });

  test("escapes are read", () => {
    expect(nameOf('{"error":{"message":"\\u0049nvalid API key","c\\u006fde":"x"}}')).toBe("bad key");
    expect(nameOf('{"error":{"code":"invalid\\u005fapi_key"}}')).toBe("bad key");
  });

  test("what a client wrote into a message does not make a bad key, or an account without money", () => {
    expect(nameOf(openAi("Invalid value: 'invalid api key'.", "invalid_request_error", "invalid_value"))).toBe("other");
    expect(nameOf(openAi("Unknown role 'your credit balance is too low'", "invalid_request_error", ""))).toBe("other");
    expect(nameOf(openAi("no such model: insufficient balance", "invalid_request_error", "model_not_found"))).toBe(
      "request",
    );
  });

  test("what is no error object is none of these", () => {
    const bodies: string[] = [
      "",
      " ",
      "invalid_api_key",
      "{",
      "[]",
      "[1]",
      "{}",
      '"invalid api key"',
      "<html>",
      "null",
    ];
    for (let i = 0; i < bodies.length; i++) expect(nameOf(bodies[i])).toBe("other", bodies[i]);
    expect(nameOf('{"error":null,"code":7,"message":[]}')).toBe("other");
    expect(nameOf('{"error":{"message":{"a":1},"code":{},"type":[]}}')).toBe("other");
  });
});
