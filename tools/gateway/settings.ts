import { SERVICES, type Service } from "./services.ts";

/** What a person asked for through environment variables. */
export interface Settings {
  port: number;
  /** The service that answers where the path names none. */
  defaultService: Service;
  /** The providers' keys, by service id; a service without one is served by a mock. */
  keys: Map<string, string>;
  engine: "envoy" | "docker" | "func-e";
}

/** Thrown with one line that says what to change. */
export class SettingsError extends Error {}

/** Reads PORT, DEFAULT_AI_SERVICE, ENGINE and the providers' keys; throws `SettingsError` where they cannot work. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const keys = new Map(
    SERVICES.flatMap(({ id, keyVariable }) => (env[keyVariable] ? [[id, env[keyVariable]] as const] : [])),
  );
  return {
    port: readPort(env.PORT),
    defaultService: readDefault(env.DEFAULT_AI_SERVICE, keys),
    keys,
    ...readEngine(env),
  };
}

function readPort(text: string | undefined): number {
  if (!text) return 8080;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new SettingsError(`PORT=${text} is not a port: a number from 1 to 65535 is needed`);
  }
  return port;
}

function readDefault(name: string | undefined, keys: Map<string, string>): Service {
  if (!name) return SERVICES.find(({ id }) => keys.has(id)) ?? SERVICES[0];
  const service = SERVICES.find(({ id }) => id === name);
  if (!service) {
    throw new SettingsError(`DEFAULT_AI_SERVICE=${name} is not known: ${SERVICES.map(({ id }) => id).join(" or ")}`);
  }
  if (!keys.has(service.id)) {
    const { keyVariable } = service;
    throw new SettingsError(`DEFAULT_AI_SERVICE=${name} needs ${keyVariable}; without both, a mock provider answers`);
  }
  return service;
}

function readEngine(env: NodeJS.ProcessEnv): Pick<Settings, "engine"> {
  const engine = env.ENGINE || "envoy";
  if (engine !== "envoy" && engine !== "docker" && engine !== "func-e") {
    throw new SettingsError(`ENGINE=${engine} is not known: envoy, docker or func-e`);
  }
  return { engine };
}
