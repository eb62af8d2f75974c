import { takeLossy } from "../../../assembly/ai/hub/losses";
import { Counter } from "../../../assembly/host/metric";
import { BRIDGES, DASHSCOPE_PROVIDERS } from "../config/built-protocols";

const lossy = new Counter("ai_proxy_lossy_responses_total");

/** Counts the responses of which the translation has left something out. */
export function countLossy(): void {
  if (BRIDGES || DASHSCOPE_PROVIDERS) lossy.add(takeLossy());
}
