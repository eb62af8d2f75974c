// SPDX-License-Identifier: Apache-2.0
// A JSON response that is too long to be kept: its usage is found at its end, wherever the response is cut.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BUDGET, TokenGateway } from "./token-gateway.ts";

const PROMPT = /^[1-9]$|^1[0-9]$/;
const CHUNK = 48 << 10;
const embeddings = `{"object":"list","data":[{"embedding":[${"0.25,".repeat(1 << 20)}0]}],"model":"m"`;

/** The tokens that a response is charged with. */
function charged(gateway: TokenGateway, user: string, text: string, cut = CHUNK): number {
  const stream = gateway.begin(user, 1);
  stream.responseHeaders(
    [
      [":status", "200"],
      ["content-type", "application/json"],
    ],
    false,
  );
  const body = Buffer.from(text);
  let from = 0;
  for (let to = cut; from < body.length; to += CHUNK) {
    stream.responseBody(body.subarray(from, to), to >= body.length);
    from = to;
  }
  gateway.host.check();
  return gateway.used(user);
}

describe("a JSON response of more than 4 MiB", () => {
  const gateway = new TokenGateway();

  it("costs the usage at its end", () => {
    const usage = '"usage":{"prompt_tokens":1200,"completion_tokens":0,"total_tokens":1200}';
    assert.equal(charged(gateway, "end", `${embeddings},${usage}}`), 1200);
    assert.equal(charged(gateway, "space", `${embeddings} , ${usage.replace(":", " : ")} , "id" : "x" }\n`), 1200);
    const gemini = '"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5},"modelVersion":"m"';
    assert.equal(charged(gateway, "gemini", `${embeddings},${gemini}}`), 12);
  });

  it("costs that wherever it is cut", () => {
    const body = `${embeddings},"usage":{"prompt_tokens":1200}}`;
    // The last chunks begin at different bytes of the usage.
    for (let cut = 0; cut < 40; cut += 3)
      assert.equal(charged(gateway, `cut-${cut}`, body, 1 + ((body.length + cut) % CHUNK)), 1200);
  });

  it("costs what was estimated where its end has no usage of its own", () => {
    const nested = [
      '"output":{"usage":{"prompt_tokens":9000}}}',
      '"text":"\\"usage\\":{\\"prompt_tokens\\":9000}"}',
      '"list":[{"usage":{"prompt_tokens":9000}}]}',
      `"usage":{"prompt_tokens":9000},"text":"${"x".repeat(40_000)}"}`,
      '"usage":{"prompt_tokens":9000}',
      '"usage":null}',
    ];
    for (const [i, end] of nested.entries()) {
      const used = charged(gateway, `nested-${i}`, `${embeddings},${end}`);
      assert.match(String(used), PROMPT, end);
      assert.ok(used < BUDGET);
    }
  });

  it("does not stay in the memory of the module", () => {
    const bytes = (): number => gateway.host.vm.memory.byteLength;
    const before = bytes();
    for (let i = 0; i < 5; i++) charged(gateway, `memory-${i}`, `${embeddings},"usage":{"prompt_tokens":1}}`);
    assert.equal(bytes(), before);
    assert.ok((gateway.host.vm.heapUse()?.bytes ?? 0) < 1 << 20, "no body is kept");
  });
});
