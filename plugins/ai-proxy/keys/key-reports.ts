import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { log, LogLevel } from "../../../assembly/host/log";
import { CounterFamily, GaugeFamily } from "../../../assembly/host/metric-family";
import { Labels } from "../../../assembly/host/metric-labels";
import { ApiToken } from "../config/api-token";

const failures = new CounterFamily("ai_proxy_key_failures_total");
const outs = new GaugeFamily("ai_proxy_key_out");
const labels = new Labels();
const text = new ByteBuffer();

/** Counts a failure of the key. */
export function noteFailed(provider: string, token: ApiToken): void {
  failures.add(labelsOf(provider, token));
}

/** Logs that the key is not sent for so many milliseconds, and why; sets its gauge to 1. */
export function noteOut(provider: string, token: ApiToken, wait: u64, status: i32): void {
  outs.set(labelsOf(provider, token), 1);
  const reason = `it failed with status ${status}`;
  log(LogLevel.Warn, `ai-proxy: API key ${token.hash} of provider "${provider}" is not used for ${wait} ms: ${reason}`);
}

/** Logs that a key that failed serves again; sets its gauge to 0. */
export function noteRestored(provider: string, token: ApiToken): void {
  outs.set(labelsOf(provider, token), 0);
  log(LogLevel.Info, `ai-proxy: API key ${token.hash} of provider "${provider}" is used again`);
}

/** The key is named by a hash of it, never by itself. */
function labelsOf(provider: string, token: ApiToken): Labels {
  labels.clear();
  text.clear();
  labels.add("provider", text.text(provider).slice);
  text.clear();
  return labels.add("key", text.text(token.hash).slice);
}
