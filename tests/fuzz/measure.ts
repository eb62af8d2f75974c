// SPDX-License-Identifier: Apache-2.0
// The cost of one exchange in steps of the module and in output bytes, and the law that both are linear.
import assert from "node:assert/strict";
import type { ClientRequest } from "../harness/http-client.ts";
import { runExchange, type Peers } from "../host/exchange.ts";
import type { RootContext } from "../host/contexts.ts";
import { ProxyHost } from "../host/proxy-host.ts";
import type { ProviderReply } from "../providers/types.ts";

/** The smaller of the two sizes, in bytes; the larger is four times as much. */
export const SMALL = 10_000;
export const LARGE = 4 * SMALL;
/** The maximum steps and the maximum output bytes per input byte: docs/architecture.md promises these limits. */
export const STEPS_PER_BYTE = 60;
export const BYTES_PER_BYTE = 40;
/** The fixed cost of an exchange: choices and tool calls are bounded in number, not by the bytes. */
const FREE_STEPS = 50_000;
export const FREE_BYTES = 300_000;
/** The factor by which a byte of the larger message may cost more: buffers that grow copy their content. */
const TOLERANCE = 1.25;
const SLACK_STEPS = 0.5;
/** Above this limit an exchange is stopped. */
const LIMIT = 2_000_000_000;
const LIMIT_BYTES = 64 * 1024 * 1024;

/** The cost of an exchange. */
export interface Cost {
  steps: number;
  /** Input bytes: from the client, the provider and callouts. */
  came: number;
  /** Output bytes, to the provider and to the client. */
  upstream: number;
  client: number;
}

/** An exchange whose cost is measured. */
export interface Play {
  wasm: string;
  plugin: string;
  config: object;
  body: string;
  reply: ProviderReply;
  path?: string;
  method?: string;
  headers?: ClientRequest["headers"];
  callout?: string;
}

/** A valid reply in these chunks. */
export const good = (chunks: string[], type = "text/event-stream"): ProviderReply => ({
  status: 200,
  headers: [["content-type", type]],
  chunks: chunks.map((chunk) => Buffer.from(chunk)),
});

/** The last used VM: creating one takes longer than an exchange. */
let used: { wasm: string; config: object; host: ProxyHost; context: RootContext } | null = null;

function hostFor({ wasm, plugin, config }: Play): { host: ProxyHost; context: RootContext } {
  if (used?.wasm === wasm && used.config === config) return used;
  const host = new ProxyHost(wasm, { logLevel: "error" });
  const context = host.configure(plugin, JSON.stringify(config));
  assert.ok(context, host.vm.logs.map(({ text }) => text).join("; "));
  used = { wasm, config, host, context };
  return used;
}

/** Runs an exchange. */
export function costOf(play: Play): Cost {
  const { body, reply, path = "/v1/chat/completions", method = "POST", callout } = play;
  const { host, context } = hostFor(play);
  // A VM that trapped cannot run the next exchange.
  used = null;
  const headers: ClientRequest["headers"] = play.headers ?? [["content-type", "application/json"]];
  const chunks = body ? [Buffer.from(body)] : [];
  const request = { method, path, authority: "gateway.example", headers, chunks };
  const peers: Peers = { answer: () => reply };
  const answer = { headers: [["content-type", "application/json"]] as [string, string][], body: callout ?? "" };
  if (callout !== undefined) peers.callout = () => ({ status: 200, ...answer });
  // The cost of an almost empty exchange is subtracted.
  host.vm.call(context, "test_limit", [LIMIT]);
  const outcome = runExchange(host, context, request, peers, { bufferLimitBytes: LIMIT_BYTES });
  const steps = host.vm.call(context, "test_steps", []);
  host.vm.logs.length = 0;
  used = { wasm: play.wasm, config: play.config, host, context };
  const sent = [...chunks, ...(outcome.received ? reply.chunks : []), Buffer.from(callout ?? "")];
  const came = sent.reduce((sum, { length }) => sum + length, path.length + JSON.stringify(headers).length);
  return { steps, came, upstream: outcome.received?.body.length ?? 0, client: outcome.response.body.length };
}

/** The maximum so far, for information. */
export const most = { stepsPerByte: 0, steps: "", upstreamPerByte: 0, upstream: "", clientPerByte: 0, client: "" };

/**
 * A byte costs the same in a message of four times the size, and at most the promised steps: this fails for work that
 * grows with the square of the size, for any constant. A garbage collection may happen in any exchange; it does not happen
 * again in a second measurement.
 */
export function assertLinear(
  what: string,
  measure: (size: number) => Cost,
  stepsPerByte = STEPS_PER_BYTE,
  tolerance = TOLERANCE,
): void {
  const faults = (): string | null =>
    faultOf(what, measure(40), measure(SMALL), measure(LARGE), stepsPerByte, tolerance);
  const fault = faults() && faults();
  assert.ok(!fault, fault!);
}

function faultOf(
  what: string,
  none: Cost,
  small: Cost,
  large: Cost,
  stepsPerByte: number,
  tolerance: number,
): string | null {
  const seen = `${what}: ${JSON.stringify({ none, small, large })}`;
  const slope = (of: "steps" | "upstream" | "client", cost: Cost): number =>
    Math.max(0, (cost[of] - none[of]) / (cost.came - none.came));
  if (slope("steps", large) > tolerance * slope("steps", small) + SLACK_STEPS) return `steps of ${seen}`;
  if (large.steps > FREE_STEPS + stepsPerByte * large.came) return `too many steps: ${seen}`;
  for (const side of ["upstream", "client"] as const) {
    if (slope(side, large) > TOLERANCE * slope(side, small) + 0.1) return `bytes of ${seen}`;
    if (large[side] > FREE_BYTES + BYTES_PER_BYTE * large.came) return `too many bytes: ${seen}`;
  }
  note("stepsPerByte", "steps", slope("steps", large), what);
  note("upstreamPerByte", "upstream", slope("upstream", large), what);
  note("clientPerByte", "client", slope("client", large), what);
  return null;
}

function note(
  value: "stepsPerByte" | "upstreamPerByte" | "clientPerByte",
  name: "steps" | "upstream" | "client",
  seen: number,
  what: string,
): void {
  if (seen <= most[value]) return;
  most[value] = seen;
  most[name] = what;
}
