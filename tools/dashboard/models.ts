import type { Figure } from "./panel.ts";
import { increase, orZero, percentileBy, percentiles, rate, sum } from "./promql.ts";

const MODEL = "gen_ai_request_model";
const CHOSEN = `{consumer=~"$consumer",${MODEL}=~"$model"}`;
const INFERENCE = "gen_ai_client_inference_";
const requests = `ai_statistics_requests_total{consumer=~"$consumer",${MODEL}=~"$model"`;
/** Costs are counted in 10^-9 of the currency. */
const cost = (of: string, ...labels: string[]): string => `${sum(of, ...labels)} / 1e9`;
const tokens = (kind: string): string => `${INFERENCE}usage_${kind}_tokens${CHOSEN}`;

/** The figures at the top. */
export const overview: Figure[] = [
  {
    kind: "number",
    title: "Requests",
    description: "Requests of models per second. An attempt that was sent again to another target is not one.",
    unit: "reqps",
    queries: [[sum(rate(`${requests},end_reason!="redirected"}`)), "requests"]],
  },
  {
    kind: "number",
    title: "Failed requests",
    description: "The share of requests with an error, whoever caused it.",
    unit: "percentunit",
    queries: [
      [
        `${sum(rate(`${requests},end_reason!="redirected",error_type!=""}`))} / ${sum(rate(`${requests},end_reason!="redirected"}`))}`,
        "failed",
      ],
    ],
  },
  {
    kind: "number",
    title: "Time to first token, p95",
    description: "From the headers of a streamed request to the first event with content.",
    unit: "ms",
    queries: [percentiles(`${INFERENCE}time_to_first_chunk_milliseconds`, CHOSEN)[1]],
  },
  {
    kind: "number",
    title: "Output tokens per second",
    description: "Of all models together.",
    unit: "short",
    queries: [[sum(rate(tokens("output"))), "tokens"]],
  },
  {
    kind: "number",
    title: "Cost in this time",
    description: "In the currency of the price table, for the time that the dashboard shows.",
    unit: "short",
    queries: [[cost(increase(`ai_statistics_cost_nano_total${CHOSEN}`)), "cost"]],
  },
  {
    kind: "number",
    title: "Estimated tokens",
    description: "The share of tokens that no provider reported: the gateway estimated them from the texts.",
    unit: "percentunit",
    queries: [
      [
        `(${orZero(sum(rate(`ai_statistics_tokens_estimated_total${CHOSEN}`)))}) / (${sum(rate(tokens("input")))} + ${sum(rate(tokens("output")))})`,
        "estimated",
      ],
    ],
  },
];

/** Requests of models, and their times. */
export const models: Figure[] = [
  {
    kind: "graph",
    title: "Requests by model",
    description:
      "The model that the provider was asked for. `other`: models beyond the limit of label sets, or that no provider has.",
    unit: "reqps",
    isStacked: true,
    queries: [[sum(rate(`${requests},end_reason!="redirected"}`), MODEL), `{{${MODEL}}}`]],
  },
  {
    kind: "graph",
    title: "Errors by type",
    description:
      "The status of a provider, or `timeout`, `connect`, `client_gone`, `stream_error`, `refused` (by a plugin). Attempts that another target replaced are included.",
    unit: "reqps",
    isStacked: true,
    queries: [
      [
        sum(rate(`${requests},error_type!=""}`), "error_type", "gen_ai_provider_name"),
        "{{error_type}}, {{gen_ai_provider_name}}",
      ],
    ],
  },
  {
    kind: "graph",
    title: "Ends of requests",
    description:
      "How requests end: `finished`, `client_gone`, `provider_gone`, `refused`, `cut` by a limit, `redirected` to another target.",
    unit: "reqps",
    isStacked: true,
    queries: [[sum(rate(`${requests}}`), "end_reason"), "{{end_reason}}"]],
  },
  {
    kind: "graph",
    title: "Time to first token",
    description: "From the headers of a streamed request to the first event with content, reasoning included.",
    unit: "ms",
    queries: percentiles(`${INFERENCE}time_to_first_chunk_milliseconds`, CHOSEN),
  },
  {
    kind: "graph",
    title: "Time to first token by model, p95",
    description: "The same for each model that the provider was asked for.",
    unit: "ms",
    queries: [percentileBy(95, MODEL, `${INFERENCE}time_to_first_chunk_milliseconds`, CHOSEN)],
  },
  {
    kind: "graph",
    title: "Time per output chunk",
    description: "Between two chunks of a stream, after the first: what a reader sees as speed.",
    unit: "ms",
    queries: percentiles(`${INFERENCE}time_per_output_chunk_milliseconds`, CHOSEN),
  },
  {
    kind: "graph",
    title: "Time per output token",
    description: "On average of a stream: its time after the first token, divided by its further tokens.",
    unit: "ms",
    queries: percentiles("gen_ai_server_time_per_output_token_milliseconds", CHOSEN),
  },
  {
    kind: "graph",
    title: "Duration",
    description: "From the headers of a request to the end of its response.",
    unit: "ms",
    queries: percentiles(`${INFERENCE}duration_milliseconds`, CHOSEN),
  },
  {
    kind: "graph",
    title: "Duration by model, p95",
    description: "The same for each model that the provider was asked for.",
    unit: "ms",
    queries: [percentileBy(95, MODEL, `${INFERENCE}duration_milliseconds`, CHOSEN)],
  },
];

/** Tokens and what they cost. */
export const spending: Figure[] = [
  {
    kind: "graph",
    title: "Tokens by model",
    description: "Input includes what a cache held, output includes reasoning.",
    unit: "short",
    isStacked: true,
    queries: ["input", "output"].map((kind) => [sum(rate(tokens(kind)), MODEL), `${kind}, {{${MODEL}}}`]),
  },
  {
    kind: "graph",
    title: "Tokens by consumer",
    description: "Consumers are those of key-auth; `none` is a request without one.",
    unit: "short",
    isStacked: true,
    queries: ["input", "output"].map((kind) => [sum(rate(tokens(kind)), "consumer"), `${kind}, {{consumer}}`]),
  },
  {
    kind: "graph",
    title: "Cached and reasoning tokens",
    description: "Parts of the input and of the output. Few cached tokens: prompts do not begin alike, or keys change.",
    unit: "short",
    queries: [
      [orZero(sum(rate(tokens("cache_read_input")))), "read from a cache"],
      [orZero(sum(rate(tokens("cache_write_input")))), "written to a cache"],
      [orZero(sum(rate(tokens("reasoning_output")))), "reasoning"],
    ],
  },
  {
    kind: "graph",
    title: "Cost per hour by consumer",
    description: "At the present rate, in the currency of the price table.",
    unit: "short",
    isStacked: true,
    queries: [[`3600 * ${cost(rate(`ai_statistics_cost_nano_total${CHOSEN}`), "consumer")}`, "{{consumer}}"]],
  },
  {
    kind: "graph",
    title: "Cost per hour by model",
    description: "At the present rate, in the currency of the price table. A model without a price is not in it.",
    unit: "short",
    isStacked: true,
    queries: [[`3600 * ${cost(rate(`ai_statistics_cost_nano_total${CHOSEN}`), MODEL)}`, `{{${MODEL}}}`]],
  },
  {
    kind: "graph",
    title: "Tokens of a request",
    description: "The 95th percentile of input and output tokens: long prompts make the first token late.",
    unit: "short",
    queries: ["input", "output"].map((kind) => [
      percentiles(`${INFERENCE}operation_${kind}_tokens`, CHOSEN)[1][0],
      `${kind}, p95`,
    ]),
  },
];
