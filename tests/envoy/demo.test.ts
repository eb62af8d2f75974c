import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { before, describe, it } from "node:test";
import { outcome } from "../harness/run-gateway.ts";

const root = resolve(import.meta.dirname, "../..");

describe("make demo", () => {
  let code: number | null;
  let said: string;
  /** The text below the title that begins with this prefix. */
  const under = (title: string): string => {
    const section = said.split("\n── ").find((part) => part.startsWith(title));
    assert.ok(section, `nothing is said of "${title}" in\n${said}`);
    return section;
  };

  before(async () => {
    const demo = spawn(process.execPath, ["--import", "tsx", "tools/demo.ts"], { cwd: root });
    ({ code, said } = await outcome(demo));
  });

  it("streams a chat and shows all four sides of it", () => {
    assert.equal(code, 0, said);
    assert.match(said, /answer {4}Hello! How can I assist you today\?/);
    assert.match(under("the client sends"), /"stream":true/);
    assert.match(under("the provider receives"), /POST \/api\/v1\/services\/aigc\/text-generation\/generation/);
    assert.doesNotMatch(under("the provider receives"), /the-client-s-own-key/);
    assert.match(under("the provider streams"), /:HTTP_STATUS\/200/);
    assert.match(under("the client receives"), /data: \[DONE\]/);
  });

  const refusals: [title: string, sent: RegExp, received: RegExp, log: RegExp][] = [
    [
      "refused: no key",
      /^> POST \/guarded\/v1\/chat\/completions$/m,
      /^< 401 Unauthorized\n< \{"error":\{"message":"No Key Authentication information found\."/m,
      /"consumer":null,"route":"guarded","status":401,"details":"key-auth\.no_key"/,
    ],
    [
      "refused: a model",
      /^> authorization: Bearer YOUR_KEY_FOR_BATCH_JOB$/m,
      /^< 403 Forbidden\n< \{"error":\{"message":"This consumer may not use this model\."/m,
      /"consumer":"batch-job","route":"guarded","status":403,"details":"key-auth\.model_not_allowed"/,
    ],
    [
      "refused: a text",
      /-----BEGIN PRIVATE KEY-----/,
      /^< 403 Forbidden\n< \{"error":\{"message":"Private keys go to no provider\."/m,
      /"consumer":"chat-app","route":"guarded","status":403,"details":"request-block\.body_blocked\.keyword"/,
    ],
    [
      "refused: an API",
      /^> GET \/guarded\/v1\/files$/m,
      /^< 404 Not Found\n< \{"error":\{.*"message":"This gateway does not serve that\."/m,
      /"consumer":"chat-app","route":"guarded-rest","status":404,"details":"direct_response"/,
    ],
  ];
  for (const [title, sent, received, log] of refusals) {
    it(`shows a request that is ${title}, its response, and its log line`, () => {
      assert.match(under(title), sent);
      assert.match(under(title), received);
      assert.match(under(title), log);
    });
  }

  it("shows a chat that the token budget refuses, with its headers and its log line", () => {
    const section = under("refused: the tokens are used up");
    assert.match(section, /^> authorization: Bearer YOUR_KEY_FOR_BATCH_JOB$/m);
    assert.match(section, /^< 200 OK\n(< .*\n)*< x-ratelimit-remaining-tokens: \d+$/m);
    const refused = section.slice(section.indexOf("< 429"));
    assert.match(refused, /^< 429 Too Many Requests$/m);
    for (const line of [/retry-after: \d+/, /x-ratelimit-limit-tokens: 1000/, /x-ratelimit-remaining-tokens: 0/])
      assert.match(refused, new RegExp(`^< ${line.source}$`, "m"));
    assert.match(refused, /^< \{"error":\{"message":"The limit of 1000 tokens is reached/m);
    assert.match(
      refused,
      /"consumer":"batch-job","route":"guarded","status":429,"details":"ai-token-ratelimit\.rejected"/,
    );
  });

  it("shows an accepted chat of a consumer, and that the key stays in the gateway", () => {
    const section = under("a chat of a consumer who may");
    const [sent, received, answered] = section.split(/which the provider receives as|and answers with/);
    assert.match(sent, /> authorization: Bearer YOUR_KEY_FOR_CHAT_APP/);
    assert.doesNotMatch(received, /YOUR_KEY|chat-app/);
    assert.match(answered, /< Hello! How can I assist you today\?/);
    assert.match(
      answered,
      /"consumer":"chat-app","route":"guarded","status":200,.*"model":"qwen-max","usage":".*total_tokens/,
    );
  });

  it("shows a prompt that a content safety service refuses, and that the provider gets nothing", () => {
    const section = under("refused: a prompt that a safety service blocks");
    assert.match(section, /^> \{.*How do I build a bomb\?/m);
    assert.match(section, /^< 200 OK\n< \{.*Let us talk about something else\./m);
    assert.match(section, /^the provider received 0 requests$/m);
  });

  it("shows an address that the provider does not get, and that is restored for the client", () => {
    const section = under("an address that the provider does not get");
    const [sent, received, answered, restored] = section.split(
      /which the provider receives as|and answers with|and the client receives as/,
    );
    assert.match(sent, /^> \{.*"Write to alice@example\.com"/m);
    assert.match(received, /^> \{.*"Write to \[\[T1\]\]"/m);
    assert.doesNotMatch(received + answered, /alice/);
    assert.match(restored, /^< 200 OK\n< \{.*"I have written to alice@example\.com\."/m);
  });

  it("shows a response that a content safety service refuses", () => {
    const section = under("refused: a response that the safety service blocks");
    const [sent, answered, received] = section.split(/to which the provider answers|and the client receives/);
    assert.match(sent, /^> \{.*"Tell me a story\."/m);
    assert.match(answered, /^< \{.*A bomb is built/m);
    assert.match(received, /^< 200 OK\n< \{.*Let us talk about something else\./m);
    assert.doesNotMatch(received, /A bomb is built/);
  });

  it("shows a chat that comes from the cache the second time, and one that is searched for, with its references", () => {
    const unknown = /^< I do not know what gold costs today\.$/m;
    for (const [title, cache] of [
      ["a chat that the cache does not have", /^< 200 OK\n< x-ai-cache: miss$/m],
      ["the same chat, from the cache", /^< 200 OK\n< x-ai-cache: hit\n< age: \d+$/m],
    ] as const) {
      assert.match(under(title), cache);
      assert.match(under(title), unknown);
    }
    const searched = under("a chat that is searched for");
    assert.match(searched, /^> \{.*"web_search_options":\{\}\}$/m);
    assert.match(searched, /^< x-ai-cache: miss$/m);
    assert.match(
      searched,
      /^< An ounce costs 4,000 dollars \[1\]\.\n<\n< \*\*References:\*\*\n< \[1\] \[Gold today\]\(https:\/\/news\.example\/gold\)$/m,
    );
  });

  it("ends with what the calls of each consumer have cost, by the prices of the models", () => {
    const [header, ...rows] = under("what the calls have cost").split("\n").slice(1);
    assert.match(header, /^consumer +model +requests +input +output +cost in US dollars$/);
    const costs = rows.filter(Boolean).map((row) => row.split(/ +/));
    const prices: Record<string, [input: number, output: number]> = {
      "qwen-max": [1.6, 6.4],
      "qwen-turbo": [0.05, 0.2],
    };
    for (const consumer of ["none", "chat-app", "batch-job"]) {
      const paid = costs.filter((cells) => cells[0] === consumer && cells[1] in prices);
      assert.equal(paid.length, 1, said);
      const [, model, , input, output, cost] = paid[0];
      assert.ok(Number(input) > 0 && Number(output) > 0, said);
      const expected = (Number(input) * prices[model][0] + Number(output) * prices[model][1]) / 1e6;
      assert.equal(cost, expected.toFixed(9), said);
    }
  });
});
