import assert from "node:assert/strict";
import { it } from "node:test";
import { streamChat } from "../../tools/chat.ts";
import { installFuncE } from "../../tools/gateway/func-e.ts";
import { startMockGateway } from "../../tools/gateway/mock-gateway.ts";
import { hasGo } from "../../tools/go-program.ts";

it("serves a chat under func-e", { skip: hasGo() ? false : "Go is not installed" }, async () => {
  installFuncE();
  const gateway = await startMockGateway("func-e");
  try {
    let text = "";
    const chat = await streamChat(gateway.url, gateway.model, "Hello!", (piece) => (text += piece));
    assert.match(text, /^Hello! How can I assist you today\?/);
    assert.equal(chat.events.at(-1), "data: [DONE]");
  } finally {
    await gateway.close();
  }
});
