import { FACTS } from "../../tests/providers/compatible/facts.ts";
import { FURTHER_SERVICES, type FurtherService, SERVICES } from "./services.ts";
import { type Addition, SettingsError } from "./settings-types.ts";

/** Types of servers without an address that is known, for which there is another variable. */
const OWN_SERVERS = ["vllm", "ollama", "generic"];

/** The service that `PROVIDER` names and that no variable of its own enables; undefined if `PROVIDER` is not set. */
export function namedProvider(env: NodeJS.ProcessEnv): Addition | undefined {
  const { PROVIDER: type } = env;
  if (!type || variableOf(type)) return undefined;
  if (OWN_SERVERS.includes(type))
    throw new SettingsError(`PROVIDER=${type} is a server of your own: set OPENAI_BASE_URL to its base URL instead`);
  const facts = FACTS.find((facts) => facts.type === type);
  if (!facts)
    throw new SettingsError(
      `PROVIDER=${type} is not known: ${[...own(), ...FACTS.map(({ type }) => type)].join(", ")}`,
    );
  let base = facts.base;
  const options = Object.entries(facts.options).map(([name, sample]) => {
    const value = env[name];
    if (!value && (env.API_KEY || facts.key === "none"))
      throw new SettingsError(`PROVIDER=${type} needs ${name} beside it`);
    base = base.replace(sample, value || sample);
    return [name, value || sample];
  });
  if (!URL.canParse(base)) throw new SettingsError(`PROVIDER=${type}: its options make no address`);
  const service: FurtherService = {
    ...{ id: type, type, dialect: type, model: facts.model, host: new URL(base).host },
    ...(facts.key === "none" ? {} : { keyVariable: "API_KEY" }),
    options: Object.fromEntries(options) as Record<string, string>,
    isResponses: facts.apis.chat === undefined,
  };
  return { service, url: base };
}

/** The environment in which `API_KEY` is the key of the provider that `PROVIDER` names. */
export function withNamedKey(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const variable = env.PROVIDER ? variableOf(env.PROVIDER) : undefined;
  if (!variable) return env;
  if (!env.API_KEY && !env[variable]) throw new SettingsError(`PROVIDER=${env.PROVIDER} needs API_KEY beside it`);
  return { ...env, [variable]: env.API_KEY || env[variable], DEFAULT_AI_SERVICE: env.PROVIDER };
}

/** The variable of a provider that has one of its own. */
function variableOf(type: string): string | undefined {
  return [...SERVICES, ...FURTHER_SERVICES].find(({ id, keyVariable }) => id === type && keyVariable)?.keyVariable;
}

const own = (): string[] =>
  [...SERVICES, ...FURTHER_SERVICES].filter(({ keyVariable }) => keyVariable).map(({ id }) => id);
