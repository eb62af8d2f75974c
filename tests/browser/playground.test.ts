// SPDX-License-Identifier: Apache-2.0
// The chat page of examples/playground in a headless Chromium, served by the Envoy of examples/model-failover.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { addPlayground, PLAYGROUND_PATH } from "../../tools/gateway/playground.ts";
import { APP_KEY, startFailover, type FailoverGateway } from "../harness/failover.ts";
import { dialects } from "../providers/index.ts";
import type { Dialect, ProviderReply } from "../providers/types.ts";
import { ChatPage, startBrowser } from "./page.ts";
import { contrasts, overflowOf, recordGrowth } from "./probes.ts";

/** What the server of qwq-32b sends in place of its own response. */
let reply: ProviderReply | undefined;
const qwq: Dialect = {
  name: "vllm",
  handle: (request) => reply ?? { ...dialects.vllm.handle(request), delayMs: 60 },
};
const streamOf = (...events: object[]): ProviderReply => ({
  status: 200,
  headers: [["content-type", "text/event-stream"]],
  chunks: [...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), "data: [DONE]\n\n"].map((text) =>
    Buffer.from(text),
  ),
});
const textOf = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const STOP = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };

let gateway: FailoverGateway;
let browser: Browser;
let chat: ChatPage;
let url: string;

before(async () => {
  // Without a cooldown the test after the fallback finds the model again.
  gateway = await startFailover({ fallback: { cooldown: "0s" }, change: addPlayground, servers: { "qwq-32b": qwq } });
  url = gateway.baseUrl.replace("/v1", PLAYGROUND_PATH);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await gateway?.close();
});
beforeEach(async () => {
  reply = undefined;
  for (const server of Object.values(gateway.servers)) await server.failWith(undefined);
  chat = await ChatPage.open(browser, url);
});
afterEach(async () => {
  assert.deepEqual(chat.faults, []);
  await chat.close();
});

describe("the playground", () => {
  it("says that a key is missing, and then lists the models", async () => {
    const notice = () => chat.page.locator("#notice").innerText();
    assert.match(await notice(), /list of models is not available.*API key is missing or unknown.*\(401\)/);
    await chat.enterKey(APP_KEY);
    assert.deepEqual(await chat.page.locator("#model option").allInnerTexts(), [
      "deepseek-r1",
      "qwq-32b",
      "another model…",
    ]);
    assert.equal(await notice(), "");
  });

  it("shows a stream as it grows, who served it, its tokens and the budget", async () => {
    await chat.enterKey(APP_KEY);
    const lengths = await recordGrowth(chat.page);
    await chat.ask("qwq-32b", "Hello!");
    const text = await chat.last("> .text");
    assert.match(text, /\w+ \w+ \w+/);
    const grown = await lengths();
    assert.ok(grown.length >= 3, `the text grew in ${grown.length} steps`);
    assert.deepEqual(
      grown,
      [...grown].sort((a, b) => a - b),
    );
    assert.equal(await chat.last(".model dd"), "qwq-32b");
    assert.equal(await chat.last(".provider dd"), "my-qwq-32b");
    assert.match(await chat.last(".tokens dd"), /^\d+ in \+ \d+ out = \d+$/);
    assert.equal(await chat.last(".fallback"), "");

    await chat.ask("deepseek-r1", "And you?");
    assert.match(await chat.last(".budget dd"), /^\d+ of 100000 tokens left before this request, until the window/);
    const sent = JSON.parse(gateway.servers["deepseek-r1"].requests.at(-1)!.body.toString()) as { messages: object[] };
    assert.deepEqual(sent.messages, [
      { role: "user", content: "Hello!" },
      { role: "assistant", content: text },
      { role: "user", content: "And you?" },
    ]);
    await chat.screenshot("stream-light");
  });

  it("says that a key is refused", async () => {
    await chat.enterKey(APP_KEY);
    await chat.page.locator("#model").selectOption("qwq-32b");
    await chat.page.locator("#key").fill("unknown");
    await chat.page.locator("#question").fill("Hello!");
    await chat.page.locator("#question").press("Enter");
    await chat.ended();
    assert.match(
      await chat.last(".error"),
      /^The API key is missing or unknown\. Enter one under Settings\..*\(401\)$/,
    );
    assert.equal(await chat.page.locator("#question").inputValue(), "Hello!", "the question is not lost");
    await chat.screenshot("refused-key");
  });

  it("says that a limit is reached, and when to try again", async () => {
    await gateway.servers["qwq-32b"].failWith({ status: 429, headers: [["retry-after", "7"]], message: "Slow down." });
    await chat.enterKey(APP_KEY);
    await chat.ask("qwq-32b", "Hello!");
    assert.equal(
      await chat.last(".error"),
      "A limit is reached. Try again in 7 s. The response says: Slow down. (429)",
    );
    await chat.screenshot("limit");
  });

  it("says that another model stood in", async () => {
    await gateway.servers["deepseek-r1"].failWith({ status: 503 });
    await chat.enterKey(APP_KEY);
    await chat.ask("deepseek-r1", "Hello!");
    assert.equal(await chat.last(".error"), "");
    assert.equal(await chat.last(".fallback dd"), "my-deepseek-r1 did not answer; this model did");
    assert.equal(await chat.last(".model dd"), "qwq-32b");
    await chat.screenshot("fallback");
  });

  it("says that the model does not exist, and takes the name of one that is not listed", async () => {
    await chat.enterKey(APP_KEY);
    await chat.page.locator("#model").selectOption({ label: "another model…" });
    await chat.page.locator("#other-model").fill("nowhere-1");
    await chat.page.locator("#question").fill("Hello!");
    await chat.page.locator("#send").click();
    await chat.ended();
    assert.match(await chat.last(".error"), /^The gateway or the provider does not have this model.*\(404\)$/);
  });

  it("says that a stream broke off, or that it ended with an error", async () => {
    await chat.enterKey(APP_KEY);
    reply = { ...streamOf(textOf("Hel")), end: "cut" };
    reply.chunks.pop();
    await chat.ask("qwq-32b", "Hello!");
    assert.equal(await chat.last("> .text"), "Hel");
    assert.match(await chat.last(".error"), /broke off|before the response was complete/);
    reply = streamOf(textOf("Hel"), { error: { message: "The model is overloaded." } });
    await chat.ask("qwq-32b", "Hello!");
    assert.equal(await chat.last(".error"), "The provider reported an error: The model is overloaded.");
  });

  it("shows HTML of a model and of an error as text", async () => {
    await chat.enterKey(APP_KEY);
    const html = `<img src=x onerror="hacked=1"><script>hacked=1</script><b>bold</b>`;
    reply = streamOf({ choices: [{ index: 0, delta: { reasoning_content: html } }] }, textOf(html), STOP);
    await chat.ask("qwq-32b", html);
    assert.equal(await chat.last("> .text"), html);
    reply = { status: 400, headers: [], chunks: [Buffer.from(JSON.stringify({ error: { message: html } }))] };
    await chat.ask("qwq-32b", "Hello!");
    assert.ok((await chat.last(".error")).includes(html));
    assert.equal(await chat.page.locator("#chat :is(img, script, b)").count(), 0);
    assert.equal(await chat.page.evaluate("typeof hacked"), "undefined");
  });

  it("stops a stream on Escape", async () => {
    await chat.enterKey(APP_KEY);
    reply = { ...streamOf(textOf("Once")), end: "hang" };
    reply.chunks.pop();
    await chat.page.locator("#model").selectOption("qwq-32b");
    await chat.page.locator("#question").fill("Hello!");
    await chat.page.locator("#question").press("Enter");
    await chat.page.locator("#chat .assistant .text", { hasText: "Once" }).waitFor();
    await chat.page.keyboard.press("Escape");
    await chat.ended();
    assert.equal(await chat.last(".error"), "Stopped.");
  });

  it("reads events that are cut at any byte, with each kind of line end", async () => {
    const results = await chat.page.evaluate(async () => {
      const path = "/playground/sse.js";
      const { EventReader } = (await import(path)) as {
        EventReader: new () => { read(b: Uint8Array): string[]; end(): string[] };
      };
      return ["\n", "\r\n", "\r"].flatMap((end) => {
        const text = [": ping", "event: x", "data: äöü 解", "data:2", "", "data: [DONE]", "", ""].join(end);
        const bytes = new TextEncoder().encode(text);
        return [...bytes.keys()].map((cut) => {
          const reader = new EventReader();
          return [...reader.read(bytes.slice(0, cut)), ...reader.read(bytes.slice(cut)), ...reader.end()];
        });
      });
    });
    assert.ok(results.length > 100);
    for (const events of results) assert.deepEqual(events, ["äöü 解\n2", "[DONE]"]);
  });
});

describe("the playground's looks", () => {
  it("works with a keyboard alone", async () => {
    const { page } = chat;
    const focused = () => page.evaluate(() => document.activeElement?.id);
    assert.equal(await focused(), "question");
    const tabTo = async (id: string, key: string): Promise<void> => {
      for (let presses = 0; (await focused()) !== id; presses++) {
        assert.ok(presses < 12, `${key} does not reach ${id}`);
        await page.keyboard.press(key);
      }
    };
    await tabTo("", "Shift+Tab");
    await page.keyboard.press("Enter");
    await tabTo("key", "Tab");
    await page.keyboard.type(APP_KEY);
    const listed = page.waitForResponse((response) => response.url().endsWith("/models") && response.ok());
    await tabTo("model", "Shift+Tab");
    await listed;
    await page.locator("#model option", { hasText: "qwq-32b" }).waitFor({ state: "attached" });
    await page.keyboard.type("qwq");
    assert.equal(await page.locator("#model").inputValue(), "qwq-32b");
    await tabTo("question", "Tab");
    await page.keyboard.type("Hello!");
    const outline = await page.locator("#question").evaluate((field) => getComputedStyle(field).outlineStyle);
    assert.equal(outline, "solid", "the focus is visible");
    await page.keyboard.press("Enter");
    await chat.ended();
    assert.equal(await chat.last(".error"), "");
    assert.equal(await focused(), "question");
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`fits a phone, and can be read in ${colorScheme} colours`, async () => {
      await chat.close();
      chat = await ChatPage.open(browser, url, { colorScheme, viewport: { width: 320, height: 640 }, hasTouch: true });
      await chat.enterKey(APP_KEY);
      reply = streamOf(textOf(`A long word: ${"x".repeat(200)} and\n    ${"y".repeat(90)}`), STOP);
      await chat.ask("qwq-32b", "z".repeat(150));
      reply = { status: 429, headers: [["retry-after", "7"]], chunks: [] };
      await chat.ask("qwq-32b", "Hello!");
      await chat.screenshot(`phone-${colorScheme}`);
      assert.deepEqual(await chat.page.evaluate(overflowOf), []);
      for (const [name, ratio] of await chat.page.evaluate(contrasts)) {
        // https://www.w3.org/TR/WCAG22/#contrast-minimum
        assert.ok(ratio >= 4.5, `${name} has a contrast of ${ratio.toFixed(1)} in ${colorScheme} colours`);
      }
    });
  }
});
