// SPDX-License-Identifier: Apache-2.0
// Streams of ai-data-masking that end in an unusual way: with too many texts, as incomplete or failed, or without an end.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProxyHost } from "./proxy-host.ts";

const host = new ProxyHost("build/ai-data-masking.wasm");
const rules = { replace_roles: [{ detector: "email", value: "<mail>", directions: ["response"] }] };
const context = host.configure("ai-data-masking", JSON.stringify(rules))!;

/** What the client gets for these events of a stream; `trailers`: it ends with them. */
function stream(path: string, events: object[], trailers = false): string {
  const stream = host.stream(context);
  const headers: [string, string][] = [
    [":method", "POST"],
    [":path", path],
    [":authority", "gateway.example"],
  ];
  stream.requestHeaders(headers, true);
  const type: [string, string] = ["content-type", "text/event-stream"];
  stream.responseHeaders([[":status", "200"], type], false);
  for (const [at, data] of events.entries())
    stream.responseBody(Buffer.from(`data: ${JSON.stringify(data)}\n\n`), !trailers && at === events.length - 1);
  if (trailers) stream.responseTrailers([["x-end", "1"]]);
  const got = Buffer.concat(stream.client.body).toString();
  host.check();
  return got;
}
const chunk = (index: number, content: string) => ({ choices: [{ index, delta: { content }, finish_reason: null }] });

describe("a masked stream", () => {
  it("with more open texts than are held is refused, and no cut match passes", () => {
    const first = Array.from({ length: 256 }, (_, index) => chunk(index, "a "));
    const got = stream("/v1/chat/completions", [
      ...first,
      chunk(256, "ann@exam"),
      chunk(256, "ple.com "),
      chunk(0, "b "),
    ]);
    assert.ok(!got.includes("ann@"));
    assert.ok(!got.includes("ple.com"));
    assert.ok(got.includes("Sensitive words found"));
    assert.ok(got.endsWith("data: [DONE]\n\n"));
  });

  for (const type of ["response.completed", "response.incomplete", "response.failed", "error"])
    it(`sends what is held before ${type}`, () => {
      const delta = {
        ...{ type: "response.output_text.delta", item_id: "i", output_index: 0, content_index: 0 },
        delta: "to ann@example.com",
      };
      const got = stream("/v1/responses", [delta, { type }]);
      const events = got
        .split("\n")
        .filter((line) => line.startsWith("data: "))
        .map((line) => JSON.parse(line.slice(6)));
      assert.equal(events.map((event) => event.delta ?? "").join(""), "to <mail>");
      assert.equal(events.at(-1).type, type);
    });

  it("with an event of more than 4 MB ends with an error", () => {
    const got = stream("/v1/chat/completions", [chunk(0, "to "), chunk(0, "x".repeat(4 << 20)), chunk(0, "more")]);
    assert.ok(got.startsWith('data: {"choices":[{"index":0,"delta":{"content":"to "}'));
    const [, ...rest] = got.trimEnd().split("\n\n");
    assert.equal(rest.length, 2);
    assert.equal(JSON.parse(rest[0]!.slice(6)).error.code, "response_unreadable");
    assert.equal(rest[1], "data: [DONE]");
  });

  it("that ends with trailers and no finish reason sends nothing of a held match", () => {
    const got = stream("/v1/chat/completions", [chunk(0, "to "), chunk(0, "ann@example.com")], true);
    assert.ok(!got.includes("ann@"));
    assert.ok(got.includes("to"));
  });
});
