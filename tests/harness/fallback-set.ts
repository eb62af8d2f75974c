// SPDX-License-Identifier: Apache-2.0
// A fallback set for both hosts: routes chosen by model, aggregate clusters of a provider and the tombstone, and the policies of its routes.
import type { RouteOptions } from "./bootstrap.ts";

/** The routes of a set follow the redirect of `fallback`, and send an attempt that broke to the tombstone. */
export const fallbackAction = {
  internal_redirect_policy: { redirect_response_codes: [307], max_internal_redirects: 10 },
  retry_policy: {
    retry_on: "connect-failure,reset",
    num_retries: 1,
    retry_back_off: { base_interval: "0.001s" },
    retry_priority: {
      name: "envoy.retry_priorities.previous_priorities",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
        update_frequency: 1,
      },
    },
  },
};

/** The metadata of the tombstone's endpoint. */
export const tombstoneMetadata: Record<string, { [key: string]: string }> = { fallback: { tombstone: "true" } };

/** What the tombstone replies. */
export const tombstoneReply = {
  status: 503,
  headers: [["content-type", "application/json"]] as [string, string][],
  chunks: [
    Buffer.from('{"error":{"message":"No provider could be reached.","type":"server_error","param":null,"code":null}}'),
  ],
};

/** A route of the set by the model header, with the configurations of plugins in its metadata. */
export function setRoute(model: string, name: string, configs: Record<string, object> = {}): RouteOptions {
  const metadata = Object.entries(configs).map(([plugin, config]) => [plugin, { config: JSON.stringify(config) }]);
  return {
    name,
    match: { prefix: "/", headers: [{ name: "x-higress-llm-model", string_match: { exact: model } }] },
    cluster: `${name}-set`,
    metadata: Object.fromEntries(metadata),
    action: fallbackAction,
  };
}
