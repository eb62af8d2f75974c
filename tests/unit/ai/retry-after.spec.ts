import { parseHttpDate, parseRfc3339 } from "../../../assembly/ai/date";
import { RetryHints } from "../../../assembly/ai/retry-after";
import { utf8 } from "../assembly/slices";

/** 2026-01-31T12:00:00Z */
const NOW: i64 = 1_769_860_800_000;

const hints = new RetryHints();

/** The wait for headers, given as `name: value` lines. */
function wait(lines: string): i64 {
  hints.begin(NOW);
  const headers = lines.split("\n");
  for (let i = 0; i < headers.length; i++) {
    const colon = headers[i].indexOf(": ");
    hints.header(utf8(headers[i].substring(0, colon)), utf8(headers[i].substring(colon + 2)));
  }
  return hints.wait;
}

function waitOfBody(body: string): i64 {
  hints.begin(NOW);
  hints.body(utf8(body));
  return hints.wait;
}

describe("dates", () => {
  test("of HTTP in all three formats", () => {
    // The example of RFC 9110, section 5.6.7.
    expect(parseHttpDate(utf8("Sun, 06 Nov 1994 08:49:37 GMT"))).toBe(784_111_777_000);
    expect(parseHttpDate(utf8("Sun Nov  6 08:49:37 1994"))).toBe(784_111_777_000);
    // A year of two digits is read as of this century.
    expect(parseHttpDate(utf8("Saturday, 31-Jan-26 12:00:00 GMT"))).toBe(NOW);
    expect(parseHttpDate(utf8("Sat, 31 Jan 2026 12:00:00 GMT"))).toBe(NOW);
    expect(parseHttpDate(utf8("Thu, 29 Feb 2028 00:00:00 GMT"))).toBe(1_835_395_200_000);
  });

  test("of RFC 3339 with and without an offset", () => {
    expect(parseRfc3339(utf8("2026-01-31T12:00:00Z"))).toBe(NOW);
    expect(parseRfc3339(utf8("2026-01-31T12:00:00.123456Z"))).toBe(NOW);
    expect(parseRfc3339(utf8("2026-01-31t13:30:00+01:30"))).toBe(NOW);
    expect(parseRfc3339(utf8("2026-01-31T04:00:00-08:00"))).toBe(NOW);
  });

  test("that are none", () => {
    const bad: string[] = [
      "",
      "GMT",
      "Sun, 06 Nov",
      "06 Nov 1994",
      "a:b:c",
      "Sun, 32 Nov 2026 08:49:37 GMT",
      "1:2:3:4",
    ];
    for (let i = 0; i < bad.length; i++) expect(parseHttpDate(utf8(bad[i]))).toBe(-1, bad[i]);
    const worse: string[] = ["", "2026-01-31", "2026-01-31T12:00:00", "2026-13-01T00:00:00Z", "2026-01-31T25:00:00Z"];
    for (let i = 0; i < worse.length; i++) expect(parseRfc3339(utf8(worse[i]))).toBe(-1, worse[i]);
    expect(parseRfc3339(utf8("2026-01-31T12:00:00Z!"))).toBe(-1);
    expect(parseRfc3339(utf8("2026-01-31T12:00:00+99:00"))).toBe(-1);
    expect(parseHttpDate(utf8("Sun, 06 Nov 1994 08:49:37 GMT" + " ".repeat(100)))).toBe(-1);
  });
});

describe("the wait that headers ask for", () => {
  test("in seconds, milliseconds and as a date", () => {
    expect(wait("retry-after: 20")).toBe(20_000);
    expect(wait("retry-after:  1.5 ")).toBe(1500);
    expect(wait("retry-after: Sat, 31 Jan 2026 12:00:30 GMT")).toBe(30_000);
    expect(wait("retry-after-ms: 250")).toBe(250);
    expect(wait("retry-after-ms: 0.4")).toBe(1);
    expect(wait("retry-after: 20\nretry-after-ms: 19500")).toBe(19_500);
  });

  test("as OpenAI writes its limits", () => {
    expect(wait("x-ratelimit-reset-requests: 1s\nx-ratelimit-reset-tokens: 6m0s")).toBe(360_000);
    expect(wait("x-ratelimit-reset-requests: 20ms")).toBe(20);
    expect(wait("x-ratelimit-reset-tokens: 1h2m3.5s")).toBe(3_723_500);
    expect(wait("x-ratelimit-reset-tokens: 59")).toBe(59_000);
    // Of two limits the one that is used up.
    const used = "x-ratelimit-remaining-requests: 0\nx-ratelimit-remaining-tokens: 159976";
    expect(wait(used + "\nx-ratelimit-reset-requests: 8.64s\nx-ratelimit-reset-tokens: 6m0s")).toBe(8640);
    expect(wait("x-ratelimit-reset-requests: 8.64s\nx-ratelimit-reset-tokens: 6m0s\n" + used)).toBe(8640);
    expect(wait("retry-after: 2\nx-ratelimit-reset-tokens: 6m0s")).toBe(2000);
  });

  test("as Anthropic and OpenRouter write theirs", () => {
    expect(wait("anthropic-ratelimit-requests-reset: 2026-01-31T12:00:07Z")).toBe(7000);
    const tokens =
      "anthropic-ratelimit-input-tokens-remaining: 0\nanthropic-ratelimit-input-tokens-reset: 2026-01-31T12:01:00Z";
    expect(wait("anthropic-ratelimit-requests-reset: 2026-01-31T13:00:00Z\n" + tokens)).toBe(60_000);
    expect(wait("anthropic-ratelimit-unified-reset: 1769860860")).toBe(60_000);
    expect(wait("x-ratelimit-reset: 1769860805000")).toBe(5000);
  });

  test("is nothing where they say nothing that makes sense", () => {
    expect(wait("content-type: text/plain")).toBe(0);
    const bad: string[] = [
      "",
      " ",
      "0",
      "-5",
      "soon",
      "1e9",
      "99999999999999999999",
      "5 parsecs",
      "20s later",
      "NaN",
      "1.2.3",
    ];
    for (let i = 0; i < bad.length; i++) {
      expect(wait("retry-after: " + bad[i])).toBe(0, bad[i]);
      expect(wait("retry-after-ms: " + bad[i])).toBe(0, bad[i]);
      expect(wait("x-ratelimit-reset-tokens: " + bad[i])).toBe(0, bad[i]);
      expect(wait("anthropic-ratelimit-tokens-reset: " + bad[i])).toBe(0, bad[i]);
    }
    // The past, and more than a year.
    expect(wait("retry-after: Sat, 31 Jan 2026 11:59:59 GMT")).toBe(0);
    expect(wait("retry-after: Sat, 31 Jan 2099 11:59:59 GMT")).toBe(0);
    expect(wait("retry-after: 99999999")).toBe(0);
    expect(wait("x-ratelimit-reset-tokens: 999999999999d")).toBe(0);
    expect(wait("x-ratelimit-reset-tokens: 400d400d")).toBe(0);
  });

  test("is that of eight limits at most", () => {
    let lines = "";
    for (let i = 1; i <= 20; i++) lines += "x-ratelimit-reset-limit" + i.toString() + ": " + i.toString() + "s\n";
    expect(wait(lines + "x: y")).toBe(8000);
  });
});

describe("the wait that a body asks for", () => {
  test("in a message", () => {
    expect(waitOfBody('{"error":{"message":"Rate limit reached for gpt-4o. Please try again in 1.2s. Visit …"}}')).toBe(
      1200,
    );
    expect(waitOfBody('{"error":{"message":"Please try again in 6m0s."}}')).toBe(360_000);
    expect(waitOfBody('{"error":{"message":"Please try again in 86ms."}}')).toBe(86);
    expect(waitOfBody("Please retry after 6 seconds.")).toBe(6000);
    expect(waitOfBody("Try again in 2 minutes 5 seconds, or do not try again in 9s")).toBe(125_000);
  });

  test("in Google's details", () => {
    const details = '"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay" : "53s"}]';
    expect(waitOfBody('{"error":{"code":429,"message":"Please retry in 53.016342224s.",' + details + "}}")).toBe(
      53_000,
    );
    expect(waitOfBody('{"error":{"code":429,"message":"Please retry in 53.016342224s."}}')).toBe(53_017);
    expect(waitOfBody('{"retryDelay":"0.847655010s"}')).toBe(848);
  });

  test("is nothing where it says nothing that makes sense", () => {
    const bad: string[] = [
      "",
      "try again in ",
      "try again in a while",
      "try again in 5",
      '{"retryDelay":}',
      '{"retryDelay"',
    ];
    for (let i = 0; i < bad.length; i++) expect(waitOfBody(bad[i])).toBe(0, bad[i]);
    expect(waitOfBody("try again in 99999999999999h")).toBe(0);
    expect(waitOfBody("x".repeat(8192) + "try again in 5s")).toBe(0);
  });

  test("does not outlive its response", () => {
    hints.begin(NOW);
    hints.header(utf8("retry-after"), utf8("5"));
    hints.body(utf8("try again in 5s"));
    hints.header(utf8("x-ratelimit-reset-tokens"), utf8("5s"));
    hints.begin(NOW);
    expect(hints.wait).toBe(0);
  });
});
