import { parsed } from "../check-config/check.ts";
import type { Configuration } from "../config/configuration.ts";
import type { ExplainedRequest } from "./request.ts";

/** Names of headers and query parameters whose values are secret, whatever they are. */
const SECRET = /^(proxy-)?authorization$|^cookie$|(^|[-_])(key|token|secret)$|apikey$/i;

/** Whether the values of a header or a query parameter are secret. */
export const isSecret = (name: string): boolean => SECRET.test(name);

/**
 * The credentials of a request, also those that nobody has: the values of headers and query parameters with such names, or with a
 * name under which a plugin expects a key.
 */
export function credentialsOf({ request }: ExplainedRequest, configurations: Configuration[]): string[] {
  const names = new Set(configurations.flatMap(({ text }) => keyNames(parsed(text))));
  const has = (name: string): boolean => isSecret(name) || names.has(name.toLowerCase());
  const headers = request.headers.filter(([name]) => has(name));
  const query = request.path.split(/[?#]/)[1] ?? "";
  const parameters = query.split("&").map((pair): [string, string] => {
    const end = pair.includes("=") ? pair.indexOf("=") : pair.length;
    return [pair.slice(0, end), pair.slice(end + 1)];
  });
  const inQuery = parameters.filter(([name]) => has(decoded(name))).flatMap(([, value]) => [value, decoded(value)]);
  return [...headers.map(([, value]) => value.replace(/^(Bearer|Basic) /i, "")), ...inQuery];
}

/** The names in the lists `keys` of a configuration and its rules. */
function keyNames(config: unknown): string[] {
  const { keys, _rules_: rules } = (config ?? {}) as { keys?: unknown; _rules_?: unknown };
  const own = Array.isArray(keys) ? keys.filter((name): name is string => typeof name === "string") : [];
  return [...own.map((name) => name.toLowerCase()), ...(Array.isArray(rules) ? rules.flatMap(keyNames) : [])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
