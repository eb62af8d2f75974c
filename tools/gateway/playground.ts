import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../plugins.ts";
import type { Bootstrap, Route } from "./bootstrap.ts";

/** The path of the chat page. */
export const PLAYGROUND_PATH = "/playground/";

/** The routes of examples/playground. Envoy itself serves the files: no other server is needed. */
export const playgroundRoutes = (): Route[] =>
  parse(readFileSync(join(root, "examples/playground/routes.yaml"), "utf8")) as Route[];

/** Makes a gateway serve the chat page, as examples/playground/routes.yaml says. */
export function addPlayground(bootstrap: Bootstrap): Bootstrap {
  const manager = bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
  manager.route_config.virtual_hosts[0].routes.unshift(...playgroundRoutes());
  manager.route_config.max_direct_response_body_size_bytes = 65_536;
  return bootstrap;
}
