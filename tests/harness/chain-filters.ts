// SPDX-License-Identifier: Apache-2.0
// Filters of the chains that tests build: plugins, and the native filters that look at the route again.
import { wasmFilter, type EnvoyConfig } from "./bootstrap.ts";

/** The filter of a released plugin. */
export const pluginFilter = (plugin: string, configuration: object = {}): EnvoyConfig =>
  wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(configuration) });

/** Stands behind model-router, as in the shipped files: the filters behind it see the route of the model. */
export const cors: EnvoyConfig = {
  name: "envoy.filters.http.cors",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors" },
};

/** Stands behind `fallback`: the filters behind it see the route of the target. */
export const refreshRoute: EnvoyConfig = {
  name: "refresh-route",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config",
    on_request_headers: [
      {
        object_key: "client.path",
        factory_key: "envoy.string",
        format_string: { text_format_source: { inline_string: "%REQ(:PATH)%" } },
      },
    ],
  },
};
