import { sendRequest } from "../../tests/host/exchange.ts";
import type { HostRoute } from "../../tests/host/routes.ts";
import { parsed } from "../check-config/check.ts";
import type { Configuration } from "../config/configuration.ts";
import { Chain } from "./chain.ts";
import type { Gateway } from "./gateway.ts";
import type { ExplainedRequest } from "./request.ts";

/** The response code details of the probe: which rule matched is the body. */
const PROBED = "request-block.url_blocked.keyword";
const MATCH_KEYS = ["_match_route_", "_match_route_prefix_", "_match_domain_", "_match_service_"];

/** Where the configuration of a plugin for this request comes from. */
export interface Source {
  filter: string;
  /** The route at the place of the filter; undefined if the request does not get there. */
  route?: HostRoute | null;
  text: string;
}

/**
 * The source of the configuration of each plugin. What the kernel does with `_rules_` is asked of the kernel: a module with the same
 * match keys stands in the place of the plugin, and refuses the request with the number of the rule.
 */
export function sourcesOf(gateway: Gateway, explained: ExplainedRequest, routes: Configuration[]): Source[] {
  return [...gateway.downstream, ...gateway.upstream].flatMap(({ name, configuration }, index) => {
    if (!configuration) return [];
    const source = sourceOf(gateway, explained, routes, name, configuration, index);
    const isUpstream = index >= gateway.downstream.length;
    return [isUpstream ? { ...source, filter: `${name} in the router's chain` } : source];
  });
}

function sourceOf(
  gateway: Gateway,
  { request }: ExplainedRequest,
  routes: Configuration[],
  filter: string,
  configuration: Configuration,
  index: number,
): Source {
  const config = (parsed(configuration.text) ?? {}) as Record<string, unknown>;
  const rules = (Array.isArray(config._rules_) ? config._rules_ : []) as Record<string, unknown>[];
  const module = { filter: PROBE, wasm: "build/request-block.wasm", configuration: JSON.stringify(probeOf(rules)) };
  const { stream } = new Chain(gateway, { index, module });
  sendRequest(stream, request);
  const body = stream.client.bodyBytes.toString();
  if (stream.details !== PROBED) return { filter, text: "the request does not get here" };
  const { route } = stream;
  const place = `${configuration.file}:`;
  if (route?.disabled?.includes(filter)) return { filter, route, text: "switched off on the route" };
  const onRoute = route?.metadata?.[configuration.plugin]?.config;
  if (onRoute !== undefined && config._route_metadata_ !== false) {
    const text = Buffer.from(String(onRoute), "latin1").toString();
    const line = routes.find(
      (one) => one.plugin === configuration.plugin && one.route === route?.name && one.text === text,
    )?.line;
    const isOff = (parsed(text) as { _disable_?: boolean } | undefined)?._disable_ === true;
    return {
      filter,
      route,
      text: `metadata of the route${line ? `, ${place}${line}` : ""}${isOff ? ": switched off" : ""}`,
    };
  }
  if (body !== NO_RULE) {
    const path = ["_rules_", Number(body)];
    const isOff = rules[Number(body)]._disable_ === true;
    const where = `${configuration.pathOf(path)}, ${place}${configuration.lineOf(path)}`;
    return { filter, route, text: `rule ${where}${isOff ? ": switched off" : ""}` };
  }
  const isGlobal = rules.length === 0 || Object.keys(config).some((key) => !KERNEL_KEYS.includes(key));
  if (!isGlobal) return { filter, route, text: `no rule matches, and there is no global part: nothing to do` };
  return { filter, route, text: `the global part, ${place}${configuration.lineOf([])}` };
}

/** A root id that no route switches off. */
const PROBE = "configuration-source";
const NO_RULE = "none";
const KERNEL_KEYS = ["_rules_", "_route_metadata_", "_plugin_id_"];

function probeOf(rules: Record<string, unknown>[]): object {
  const blocks = (name: string): object => ({ block_urls: ["/"], blocked_message: name });
  const probes = rules.map((rule, index) => {
    const matches = MATCH_KEYS.filter((key) => key in rule).map((key) => [key, rule[key]] as const);
    return { ...blocks(String(index)), ...Object.fromEntries(matches) };
  });
  return { ...blocks(NO_RULE), _route_metadata_: false, ...(probes.length ? { _rules_: probes } : {}) };
}
