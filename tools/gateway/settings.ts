import { isIP } from "node:net";
import { namedProvider, withNamedKey } from "./named-provider.ts";
import { readRedisUrl, type RedisAddress } from "./redis.ts";
import { FURTHER_SERVICES, type FurtherService, SERVICES, type Service, variablesOf } from "./services.ts";
import { type Addition, SettingsError } from "./settings-types.ts";

/** The user's settings from environment variables. */
export interface Settings {
  port: number;
  /** The address that the gateway listens on; only this machine can reach 127.0.0.1. */
  listen: string;
  /** The service for paths that name none. */
  defaultService: Service;
  /** The providers' API keys, by service id; a service without one uses a mock provider. */
  keys: Map<string, string>;
  /** The added services, and their addresses. */
  further: Addition[];
  /** The service that `PROVIDER` names; undefined if it is not set. */
  named?: FurtherService;
  /** The Redis that counts the token budgets for all gateways; undefined if each gateway counts alone. */
  redis?: RedisAddress;
  engine: "envoy" | "docker" | "func-e";
}

/** The default port of the gateway. */
export const LOOPBACK = "127.0.0.1";

export { SettingsError, type Addition };

/** Reads PORT, LISTEN, PROVIDER, DEFAULT_AI_SERVICE, REDIS_URL, ENGINE and the providers' API keys; throws `SettingsError` if they are invalid. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const named = namedProvider(environment);
  const env = withNamedKey(environment);
  const further = [...readFurther(env), ...(named ? [named] : [])];
  const live = [...SERVICES.filter(({ keyVariable }) => env[keyVariable]), ...further.map(({ service }) => service)];
  const keys = new Map(
    live.flatMap(({ id, keyVariable }) =>
      keyVariable && env[keyVariable] ? [[id, readKey(keyVariable, env[keyVariable])] as const] : [],
    ),
  );
  return {
    port: readPort(env.PORT),
    listen: readListen(env.LISTEN),
    defaultService: named ? named.service : readDefault(env.DEFAULT_AI_SERVICE, live),
    keys,
    further,
    named: named?.service,
    ...(env.REDIS_URL ? { redis: readRedisUrl(env.REDIS_URL) } : {}),
    ...readEngine(env),
  };
}

/** An API key with a space or a line end (from pasting) would not be a valid header value. */
function readKey(variable: string, text: string): string {
  if (!/^[!-~]+$/.test(text))
    throw new SettingsError(`${variable} holds a blank, a line end or another letter that no key has`);
  return text;
}

function readPort(text: string | undefined): number {
  if (!text) return 8080;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new SettingsError(`PORT=${text} is not a port: a number from 1 to 65535 is needed`);
  }
  return port;
}

function readListen(text: string | undefined): string {
  if (!text || text === "localhost") return LOOPBACK;
  if (!isIP(text)) {
    throw new SettingsError(`LISTEN=${text} is not an address: 127.0.0.1 for this machine alone, 0.0.0.0 for everyone`);
  }
  return text;
}

/** Whether only this machine can reach an address. */
export const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";

function readDefault(name: string | undefined, live: Service[]): Service {
  if (!name) return live[0] ?? SERVICES[0];
  const known: Service[] = [...SERVICES, ...FURTHER_SERVICES];
  const service = known.find(({ id }) => id === name);
  if (!service) {
    const ids = known.map(({ id }) => id);
    throw new SettingsError(`DEFAULT_AI_SERVICE=${name} is not known: ${ids.slice(0, -1).join(", ")} or ${ids.at(-1)}`);
  }
  if (!live.includes(service)) {
    throw new SettingsError(`DEFAULT_AI_SERVICE=${name} needs ${variablesOf(service).join(" and ")} beside it`);
  }
  return service;
}

function readFurther(env: NodeJS.ProcessEnv): Addition[] {
  return FURTHER_SERVICES.flatMap((service) => {
    const variables = variablesOf(service);
    const missing = variables.filter((name) => !env[name]);
    if (missing.length === variables.length) return [];
    const given = variables.find((name) => env[name]);
    if (missing.length > 0) throw new SettingsError(`${given} needs ${missing.join(" and ")} beside it`);
    const { url } = service;
    return [{ service, ...(url ? { url: readUrl(url.variable, env[url.variable]!) } : {}) }];
  });
}

function readUrl(variable: string, text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw new SettingsError(`${variable} must be an address that begins with http:// or https://`);
  }
  return text;
}

function readEngine(env: NodeJS.ProcessEnv): Pick<Settings, "engine"> {
  const engine = env.ENGINE || "envoy";
  if (engine !== "envoy" && engine !== "docker" && engine !== "func-e") {
    throw new SettingsError(`ENGINE=${engine} is not known: envoy, docker or func-e`);
  }
  return { engine };
}
