import type { HeaderMap } from "../../tests/host/header-map.ts";

type Json = Record<string, any>;

/** The conditions of a route match that are read here; another one stops the command. */
const MATCH_KEYS = [
  "prefix",
  "path",
  "safe_regex",
  "path_separated_prefix",
  "case_sensitive",
  "headers",
  "query_parameters",
];
const VALUE_KEYS = ["exact", "prefix", "suffix", "contains", "safe_regex", "ignore_case"];
const HEADER_KEYS = [
  ...["name", "string_match", "exact_match", "prefix_match", "suffix_match", "contains_match", "safe_regex_match"],
  ...["present_match", "invert_match", "treat_missing_header_as_empty"],
];

/**
 * Envoy's `RouteMatch` as a function of the request headers.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
 */
export function routeMatch(match: Json): (headers: HeaderMap) => boolean {
  const unknown = unknownKey(match, MATCH_KEYS);
  // A route that is not asked may have any condition.
  if (unknown) return () => refuse(`match.${unknown}`);
  const path = pathMatch(match);
  const headers = list(match.headers).map(headerMatch);
  const parameters = list(match.query_parameters).map(parameterMatch);
  return (map) => {
    const [before, query = ""] = splitOnce(map.get(":path") ?? "", "?");
    return path(before) && headers.every((matches) => matches(map)) && parameters.every((matches) => matches(query));
  };
}

function pathMatch(match: Json): (path: string) => boolean {
  const fold = (text: string): string => (match.case_sensitive === false ? text.toLowerCase() : text);
  if (match.path !== undefined) return (path) => fold(path) === fold(match.path);
  if (match.prefix !== undefined) return (path) => fold(path).startsWith(fold(match.prefix));
  if (match.safe_regex) return wholeMatch(match.safe_regex);
  const prefix = fold(match.path_separated_prefix);
  return (path) => fold(path) === prefix || fold(path).startsWith(`${prefix}/`);
}

function headerMatch(match: Json): (headers: HeaderMap) => boolean {
  const unknown = unknownKey(match, HEADER_KEYS);
  if (unknown) return () => refuse(`match.headers[].${unknown}`);
  const { exact_match: exact, prefix_match: prefix, suffix_match: suffix, contains_match: contains } = match;
  const old = { exact, prefix, suffix, contains, safe_regex: match.safe_regex_match };
  const given =
    match.string_match ?? Object.fromEntries(Object.entries(old).filter(([, value]) => value !== undefined));
  const matches = Object.keys(given).length ? valueMatch(given) : null;
  const isWanted = match.present_match ?? true;
  return (headers) => {
    const values = headers.getAll(match.name);
    const isAbsent = values.length === 0 && !match.treat_missing_header_as_empty;
    if (!matches) return (values.length > 0 === isWanted) !== Boolean(match.invert_match);
    // An absent header has no value that an inverted condition could be about.
    if (isAbsent) return false;
    return matches(values.join(",")) !== Boolean(match.invert_match);
  };
}

function parameterMatch(match: Json): (query: string) => boolean {
  const unknown = unknownKey(match, ["name", "string_match", "present_match"]);
  if (unknown) return () => refuse(`match.query_parameters[].${unknown}`);
  const matches = match.string_match ? valueMatch(match.string_match) : () => true;
  return (query) => {
    const pair = query.split("&").find((text) => splitOnce(text, "=")[0] === match.name);
    if (pair === undefined) return match.present_match === false;
    return match.present_match !== false && matches(splitOnce(pair, "=")[1] ?? "");
  };
}

function valueMatch(match: Json): (value: string) => boolean {
  const unknown = unknownKey(match, VALUE_KEYS);
  if (unknown) return () => refuse(`string_match.${unknown}`);
  if (match.safe_regex) return wholeMatch(match.safe_regex);
  const fold = (text: string): string => (match.ignore_case ? text.toLowerCase() : text);
  if (match.exact !== undefined) return (value) => fold(value) === fold(match.exact);
  if (match.prefix !== undefined) return (value) => fold(value).startsWith(fold(match.prefix));
  if (match.suffix !== undefined) return (value) => fold(value).endsWith(fold(match.suffix));
  return (value) => fold(value).includes(fold(match.contains ?? ""));
}

/** RE2's syntax is nearly that of JavaScript; Envoy matches whole values. */
function wholeMatch({ regex }: { regex: string }): (value: string) => boolean {
  const pattern = new RegExp(`^(?:${regex.replace(/^\(\?i\)/, "")})$`, regex.startsWith("(?i)") ? "i" : "");
  return (value) => pattern.test(value);
}

/**
 * Envoy's choice of a virtual host: the exact domain, the longest `*.suffix`, the longest `prefix.*`, then `*`.
 */
export function virtualHostOf(hosts: Json[], authority: string): Json | undefined {
  const name = authority.toLowerCase();
  const rank = (domain: string): number => {
    const lower = domain.toLowerCase();
    if (lower === name) return 3e6;
    if (lower === "*") return 1;
    if (lower.startsWith("*") && name.endsWith(lower.slice(1)) && name.length >= lower.length)
      return 2e6 + lower.length;
    if (lower.endsWith("*") && name.startsWith(lower.slice(0, -1)) && name.length >= lower.length)
      return 1e6 + lower.length;
    return 0;
  };
  const best = (host: Json): number => Math.max(0, ...list(host.domains).map((domain) => rank(String(domain))));
  const [first] = [...hosts].sort((a, b) => best(b) - best(a));
  return first && best(first) > 0 ? first : undefined;
}

const unknownKey = (value: Json, known: string[]): string | undefined =>
  Object.keys(value).find((key) => !known.includes(key));

function refuse(condition: string): never {
  throw new Error(`a route has ${condition}, which this command does not know: it cannot choose the route`);
}

function splitOnce(text: string, at: string): [string, string?] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

const list = (value: unknown): any[] => (Array.isArray(value) ? (value as any[]) : []);
