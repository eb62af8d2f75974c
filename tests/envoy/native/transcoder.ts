// SPDX-License-Identifier: Apache-2.0
// Envoy's own transcoder between protocols, as in Envoy's example for OpenAI clients:
// https://www.envoyproxy.io/docs/envoy/v1.40.0/start/sandboxes/ai-transcoder
import { type EnvoyConfig, routeFor } from "../../harness/bootstrap.ts";

/** The package of the filter that holds the transcoder. */
export const MANAGER = "type.googleapis.com/envoy.extensions.filters.http.ai_protocol_manager.v3";
const TRANSCODER = "type.googleapis.com/envoy.extensions.http.ai_filters.transcoder.v3.Transcoder";
const NAME = "transcode";

/** What Anthropic wants beside the body; the filter adds none of it. */
export const CLAUDE_HEADERS = { "x-api-key": "sk-provider", "anthropic-version": "2023-06-01" };

/** A protocol as Envoy names it. */
export type Protocol =
  "OPENAI_CHAT_COMPLETIONS" | "OPENAI_RESPONSES" | "ANTHROPIC_MESSAGES" | "GEMINI_GENERATE_CONTENT";

/** The filter of a listener; what it does is said on each route. */
export function transcoder(): EnvoyConfig {
  const step = (request: string, response: string): EnvoyConfig => ({
    name: "envoy.http.ai_filters.transcoder",
    typed_config: { "@type": TRANSCODER, request_handling: request, response_handling: response },
  });
  return {
    name: NAME,
    typed_config: {
      "@type": `${MANAGER}.AiProtocolManager`,
      request_handling: {},
      response_handling: { token_usage: {} },
      filters: [step("TO_IR", "FROM_IR"), step("FROM_IR", "TO_IR")],
    },
  };
}

/** A route for clients of one protocol to a provider with its own one. */
export interface TranscodedRoute {
  cluster: string;
  path: string;
  client: Protocol;
  provider: Protocol;
  /** The provider's path, where the filter does not write it. */
  rewritten?: string;
  headers: Record<string, string>;
}

/** Builds it. The client's keys do not reach the provider. */
export const transcodedRoute = ({
  cluster,
  path,
  client,
  provider,
  rewritten,
  headers,
}: TranscodedRoute): EnvoyConfig => ({
  ...routeFor({
    ...{ name: `${client} ${path}`, match: { path }, cluster },
    ...(rewritten ? { action: { prefix_rewrite: rewritten } } : {}),
    addToRequest: headers,
  }),
  request_headers_to_remove: ["authorization", "x-api-key"],
  typed_per_filter_config: {
    [NAME]: {
      "@type": `${MANAGER}.AiProtocolManagerPerRoute`,
      request: { llm_protocol: client },
      response: { llm_protocol: provider },
    },
  },
});
