import { masked } from "../config/secrets.ts";
import type { ExplainedAttempt } from "./attempts.ts";
import { isSecret } from "./credentials.ts";
import type { Explanation } from "./explain.ts";
import type { ExplainedRequest } from "./request.ts";

/** Headers that only the emulation adds. */
const OF_HOST = ["x-forwarded-proto", "x-request-id"];

/** The lines that explain a request, without API keys. */
export function explanationLines({ request }: ExplainedRequest, explanation: Explanation): string[] {
  const { gateway, route, sources, outcome, secrets } = explanation;
  const { attempts, calls, logs, status, details, body, changed } = outcome;
  const others = [...gateway.downstream, ...gateway.upstream].filter(({ configuration }) => !configuration);
  const routed = route
    ? `${nameOf(route.name)}, ${route.direct ? "to which Envoy itself responds" : `cluster ${route.cluster}`}`
    : "none";
  const end = attempts.length ? "if that fails too" : "no request to a provider";
  const lines = [
    ...titled("request", [`${request.method} ${request.path}, host ${request.authority}`]),
    ...titled("route", [routed]),
    ...titled("plugins", [
      ...sources.map(({ filter, text }) => `${filter}: ${text}`),
      ...others.map(({ name }) => `${name}: not a plugin of this project, does nothing here`),
    ]),
    ...titled("note", gateway.notes),
    ...titled(
      "call",
      calls.map((call) => `${call}: not made, taken as failed`),
    ),
    ...titled("log", logs),
    ...attempts.flatMap(attemptLines),
    ...(changed && !attempts.some(({ dropped }) => dropped === changed)
      ? ["", `dropped or changed (x-ai-dropped-params): ${changed}`]
      : []),
    "",
    `${end}: the client gets ${status}, ${details}`,
    ...(attempts.length ? [] : bodyLines(body)),
  ];
  return lines.map((line) => masked(line, secrets));
}

function titled(title: string, texts: string[]): string[] {
  return [...new Set(texts)].map((text, index) => `${(index ? "" : title).padEnd(9)} ${text}`);
}

const nameOf = (route: string): string => route || "(without a name)";

function attemptLines(
  { route, cluster, method, host, path, headers, body, translated, dropped }: ExplainedAttempt,
  index: number,
): string[] {
  const begin = index === 0 ? "attempt 1" : `if that fails with 503: attempt ${index + 1}`;
  return [
    "",
    `${begin}, route ${nameOf(route)}, cluster ${cluster}`,
    ...(translated ? [`  translated: ${translated}`] : []),
    ...(dropped ? [`  dropped or changed (x-ai-dropped-params): ${dropped}`] : []),
    `  ${method} ${path}`,
    `  host: ${host}`,
    ...headers.filter(([name]) => !OF_HOST.includes(name)).map(([name, value]) => `  ${name}: ${shown(name, value)}`),
    ...bodyLines(body),
  ];
}

/** A credential: its scheme and its first three characters. */
function shown(name: string, value: string): string {
  if (!isSecret(name)) return value;
  const [, scheme = "", rest] = /^(Bearer |Basic )?([\s\S]*)$/i.exec(value)!;
  return `${scheme}${rest.slice(0, 3)}…`;
}

const bodyLines = (body: Buffer): string[] =>
  body.length
    ? [
        "",
        ...body
          .toString()
          .split("\n")
          .map((line) => `  ${line}`),
      ]
    : [];
