import { parsed } from "../check-config/check.ts";
import { checkFiles } from "../check-config/files.ts";
import type { HostRoute } from "../../tests/host/routes.ts";
import { readConfigurations } from "../config/read-file.ts";
import { secretsIn } from "../config/secrets.ts";
import { findPlugins } from "../plugins.ts";
import { attemptsOf, type Outcome } from "./attempts.ts";
import { Chain } from "./chain.ts";
import { credentialsOf } from "./credentials.ts";
import { gatewayAround, gatewayOf, type Gateway } from "./gateway.ts";
import type { ExplainedRequest } from "./request.ts";
import { sourcesOf, type Source } from "./source.ts";

/** What a gateway does with a request. */
export interface Explanation {
  gateway: Gateway;
  /** The route whose configurations the last filter has that the request reaches. */
  route: HostRoute | null;
  sources: Source[];
  outcome: Outcome;
  /** The API keys of the file, and what of the request is one. */
  secrets: string[];
}

/** Explains a request. If the file is wrong, the lines say what is wrong with it. */
export function explain(file: string, request: ExplainedRequest): Explanation | string[] {
  const checked = checkFiles([file]);
  if (!checked.accepted) return checked.lines;
  const gateway = gatewayIn(file, request);
  const routes = gateway.configurations.filter(({ route }) => route !== undefined);
  const sources = sourcesOf(gateway, request, routes);
  const chain = new Chain(gateway);
  const outcome = attemptsOf(chain, request);
  const reached = sources.filter((source) => source.route !== undefined).at(-1);
  const credentials = { credentials: credentialsOf(request, gateway.configurations) };
  const texts = gateway.configurations.map(({ text }) => parsed(text));
  return {
    gateway,
    route: reached?.route ?? chain.stream.route,
    sources,
    outcome,
    secrets: secretsIn(...texts, credentials),
  };
}

function gatewayIn(file: string, request: ExplainedRequest): Gateway {
  const known = findPlugins().map(({ name }) => name);
  const { configurations, documents } = readConfigurations(file, known);
  const isBootstrap = (value: unknown): boolean =>
    typeof value === "object" && value !== null && "static_resources" in value;
  const envoy = documents.find(({ value }) => isBootstrap(value));
  if (envoy) return gatewayOf(envoy, configurations, request);
  const [first, ...more] = configurations;
  if (more.length) throw new Error(`${file} has several resources: explain one of them, or an envoy.yaml with all`);
  return gatewayAround(first, request);
}
