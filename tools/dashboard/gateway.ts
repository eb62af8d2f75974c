import type { Figure } from "./panel.ts";
import { orZero, percentiles, rate, sum } from "./promql.ts";

/** The connection manager with this `stat_prefix`. */
const GATEWAY = 'envoy_http_conn_manager_prefix="gateway"';
const requests = `envoy_http_downstream_rq_xx{${GATEWAY}`;

/** What Envoy itself counts at the listener. */
export const gateway: Figure[] = [
  {
    kind: "graph",
    title: "Requests by status class",
    description: "Responses that clients received, by the first digit of the status. A fallback is one request.",
    unit: "reqps",
    isStacked: true,
    queries: [[sum(rate(`${requests}}`), "envoy_response_code_class"), "{{envoy_response_code_class}}xx"]],
  },
  {
    kind: "graph",
    title: "Share of failed requests",
    description: "5xx: a provider, the network or the gateway failed. 4xx: clients' mistakes, missing keys and limits.",
    unit: "percentunit",
    queries: ["5", "4"].map((digit) => [
      `${sum(rate(`${requests},envoy_response_code_class="${digit}"}`))} / ${sum(rate(`${requests}}`))}`,
      `${digit}xx`,
    ]),
  },
  {
    kind: "graph",
    title: "Duration of requests",
    description:
      "From the first byte of a request to the last byte of its response: a stream counts with its whole length.",
    unit: "ms",
    queries: percentiles("envoy_http_downstream_rq_time", `{${GATEWAY}}`),
  },
  {
    kind: "graph",
    title: "Clients that left",
    description: "Responses that Envoy could not finish because the client closed the connection.",
    unit: "reqps",
    queries: [[sum(rate(`envoy_http_downstream_rq_rx_reset{${GATEWAY}}`)), "clients that left"]],
  },
  {
    kind: "graph",
    title: "Time of providers",
    description: "From the request of an attempt to the end of its response, by cluster.",
    unit: "ms",
    queries: [
      [
        `histogram_quantile(0.95, ${sum(rate("envoy_cluster_upstream_rq_time_bucket"), "le", "envoy_cluster_name")})`,
        "p95 of {{envoy_cluster_name}}",
      ],
    ],
  },
  {
    kind: "graph",
    title: "Streams that broke off",
    description: "Streams of a provider that ended before their last event. The client received an error event.",
    unit: "reqps",
    queries: [[orZero(sum(rate("ai_proxy_incomplete_streams_total"))), "incomplete streams"]],
  },
];

/** The state of Envoy and of the plugins. */
export const process: Figure[] = [
  {
    kind: "graph",
    title: "Memory of Envoy",
    description: "The plugins' memory is part of it. New requests get 503 at the limit of the overload manager.",
    unit: "bytes",
    queries: [
      [sum("envoy_server_memory_allocated"), "allocated"],
      [sum("envoy_server_memory_heap_size"), "heap"],
    ],
  },
  {
    kind: "graph",
    title: "Requests in progress",
    description: "Each worker has its own share of the requests.",
    unit: "short",
    queries: [[sum(`envoy_http_downstream_rq_active{${GATEWAY}}`), "requests"]],
  },
  {
    kind: "graph",
    title: "Label sets folded",
    description:
      "Observations that were counted with the label value `other`, because a plugin has as many label sets as it may have. Fewer consumers or models make the metrics exact again.",
    unit: "short",
    queries: [[orZero(sum(rate('{__name__=~".+_folded_total"}'))), "folded per second"]],
  },
];
