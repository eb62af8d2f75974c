import type { Figure } from "./panel.ts";
import { orZero, rate, sum } from "./promql.ts";

const CONSUMER = '{consumer=~"$consumer"}';

/** What ai-token-ratelimit counts. */
export const limits: Figure[] = [
  {
    kind: "graph",
    title: "Limited consumers",
    description: "Requests that a token limit refused, or sent to the next target, by consumer and rule.",
    unit: "reqps",
    queries: [[sum(rate(`ai_token_ratelimit_limited_total${CONSUMER}`), "consumer", "rule"), "{{consumer}}, {{rule}}"]],
  },
  {
    kind: "graph",
    title: "Tokens that limits count",
    description: "Input and output tokens of consumers that have a limit.",
    unit: "short",
    isStacked: true,
    queries: ["input", "output"].map((kind) => [
      sum(rate(`ai_token_ratelimit_${kind}_tokens_total${CONSUMER}`), "consumer"),
      `${kind}, {{consumer}}`,
    ]),
  },
  {
    kind: "graph",
    title: "Reserved tokens",
    description: "Tokens that running requests reserve, and those that they give back because they used fewer.",
    unit: "short",
    queries: [
      [sum(rate("ai_token_ratelimit_reserved_tokens_total")), "reserved"],
      [sum(rate("ai_token_ratelimit_refunded_tokens_total")), "given back"],
    ],
  },
  {
    kind: "graph",
    title: "Requests with unknown limits",
    description: "Requests during which Redis did not tell the counters.",
    unit: "reqps",
    queries: [[orZero(sum(rate("ai_token_ratelimit_store_down_total"))), "Redis does not respond"]],
  },
];

/** What fallback and the API keys of ai-proxy count. */
export const fallbacks: Figure[] = [
  {
    kind: "graph",
    title: "Fallbacks by reason",
    description: "Requests that moved on from a target to the next one.",
    unit: "reqps",
    isStacked: true,
    queries: [[sum(rate("fallback_fallbacks_total"), "target", "reason"), "{{target}}: {{reason}}"]],
  },
  {
    kind: "graph",
    title: "Attempts by target",
    description: "All attempts of requests that have a fallback, the first ones included.",
    unit: "reqps",
    isStacked: true,
    queries: [[sum(rate("fallback_attempts_total"), "target"), "{{target}}"]],
  },
  {
    kind: "graph",
    title: "Requests without any target left",
    description: "Requests whose last target failed too. The client received the error.",
    unit: "reqps",
    queries: [[sum(rate("fallback_failures_total"), "target", "reason"), "{{target}}: {{reason}}"]],
  },
  {
    kind: "graph",
    title: "Cooldown of targets",
    description: "Seconds until a target that failed is asked again.",
    unit: "s",
    queries: [["clamp_min(max by (target) (fallback_cooldown_end_seconds) - time(), 0)", "{{target}}"]],
  },
  {
    kind: "graph",
    title: "Failures of API keys",
    description: "By provider and the hash of the key: with 401, 402, 403 or 429 a key is not used for a time.",
    unit: "reqps",
    queries: [[sum(rate("ai_proxy_key_failures_total"), "provider", "key"), "{{provider}}: {{key}}"]],
  },
  {
    kind: "graph",
    title: "API keys that are not used now",
    description: "Keys that failed and have not served since.",
    unit: "short",
    queries: [["sum by (provider) (ai_proxy_key_out)", "{{provider}}"]],
  },
];
