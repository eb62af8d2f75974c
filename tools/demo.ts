import { showChat } from "./demo/chat.ts";
import { showCosts } from "./demo/costs.ts";
import { showGuards } from "./demo/guards.ts";
import { showSafety } from "./demo/safety.ts";
import { showSearch } from "./demo/search.ts";
import { startStage } from "./demo/stage.ts";

/** Demonstrations with a real Envoy: a chat that is translated while it streams, a route that requires an API key, the guarded chat, the cached and searched chats, and the costs. */
async function demo(): Promise<void> {
  const stage = await startStage();
  try {
    await showChat(stage);
    await showGuards(stage);
    await showSafety();
    await showSearch();
    await showCosts(stage);
  } finally {
    await stage.close();
  }
}

try {
  await demo();
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exitCode = 1;
}
