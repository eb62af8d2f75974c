// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { findChromium } from "./chromium.ts";

/** The folder of the screenshots. */
const SCREENSHOTS = resolve(import.meta.dirname, "../.tmp/browser");

/** Generous: a busy machine starts a browser and answers slowly. */
const TIMEOUT_MS = 60_000;

/** Starts a headless Chromium. */
export function startBrowser(): Promise<Browser> {
  const { path, missing } = findChromium();
  if (!path) throw new Error(missing);
  // The page comes from a gateway on this machine; root, as in a container, cannot use the sandbox.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath: path, args, timeout: TIMEOUT_MS });
}

/** The chat page in a window of its own, as a person uses it. */
export class ChatPage {
  /** What the page's own code reports as wrong. */
  readonly faults: string[] = [];

  private constructor(readonly page: Page) {
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on("pageerror", (error) => this.faults.push(String(error)));
    page.on("console", (message) => {
      // A status of the gateway is not a fault of the page; Chromium logs each.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.faults.push(message.text());
    });
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<ChatPage> {
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
    // The compiler of the tests wraps functions that have a name, also those that run in the page.
    await context.addInitScript("globalThis.__name = (wrapped) => wrapped");
    const chat = new ChatPage(await context.newPage());
    await chat.page.goto(url);
    await chat.page.locator("#model option").first().waitFor({ state: "attached" });
    return chat;
  }

  /** Enters an API key under Settings, and waits until the list of models is there, or is refused. */
  async enterKey(key: string): Promise<void> {
    const { page } = this;
    if ((await page.locator("header details[open]").count()) === 0) await page.locator("summary").first().click();
    const listed = page.waitForResponse((response) => response.url().endsWith("/models"));
    await page.locator("#key").fill(key);
    await page.locator("#key").blur();
    await (await listed).finished();
  }

  /** Asks a question; resolves when its response has ended. */
  async ask(model: string, question: string): Promise<void> {
    await this.page.locator("#model").selectOption(model);
    await this.page.locator("#question").fill(question);
    await this.page.locator("#send").click();
    await this.ended();
  }

  /** Resolves when the last response has ended. */
  async ended(): Promise<void> {
    await this.page.locator("#chat > .assistant:last-child[aria-busy=false]").waitFor();
  }

  /** The visible text of a part of the last response; empty if it has no such part. */
  async last(part: string): Promise<string> {
    const found = this.page.locator(`#chat > .assistant:last-child ${part}`);
    return (await found.count()) === 0 ? "" : (await found.first().innerText()).trim();
  }

  /** Writes a screenshot to tests/.tmp/browser. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
