import { existsSync } from "node:fs";
import { join } from "node:path";
import { ProxyHost } from "../../tests/host/proxy-host.ts";
import type { RootContext } from "../../tests/host/contexts.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Finding } from "../config/finding.ts";
import { locate } from "../config/message-path.ts";
import { findPlugins, root } from "../plugins.ts";

/** A configuration with which no request gets any: a route then inherits nothing. */
const NOTHING = '{"_rules_": [{"_match_route_": ["-"], "_disable_": true}]}';

/** A module with one configuration. */
interface Loaded {
  host: ProxyHost;
  context: RootContext | null;
  /** What it said about the configurations of routes, by their texts: it logs each text once. */
  routes: Map<string, Line[]>;
}

type Line = ProxyHost["vm"]["logs"][number];

/** What the plugins' modules say about their configurations on the Node host. */
export class ConfigChecker {
  readonly findings: Finding[] = [];
  private readonly plugins = findPlugins();

  /** Loads every configuration; those of routes with each filter of their plugin, from which they inherit. */
  check(configurations: Configuration[]): void {
    const filters = configurations.filter(({ route }) => route === undefined);
    const routes = configurations.filter(({ route }) => route !== undefined);
    const bases = new Map<string, Loaded[]>();
    for (const filter of filters) {
      const loaded = this.load(filter.plugin, filter.text);
      this.report(filter, loaded.host.vm.logs.splice(0), loaded.context === null);
      bases.set(filter.plugin, [...(bases.get(filter.plugin) ?? []), loaded]);
    }
    for (const route of routes) {
      const own = bases.get(route.plugin) ?? [this.load(route.plugin, NOTHING)];
      bases.set(route.plugin, own);
      for (const base of own) this.checkRoute(route, base);
    }
  }

  private load(plugin: string, text: string | undefined): Loaded {
    const wasm = this.plugins.find(({ name }) => name === plugin)?.wasm ?? "";
    if (!existsSync(join(root, wasm))) throw new Error(`${wasm} is missing: run "make build P=${plugin}"`);
    const host = new ProxyHost(wasm, { logLevel: "warn" });
    return { host, context: host.configure(plugin, text), routes: new Map() };
  }

  /** Behind a filter that is refused the configuration of a route cannot be read. */
  private checkRoute(route: Configuration, base: Loaded): void {
    if (!base.context) return;
    const text = route.text ?? "";
    const lines = base.routes.get(text) ?? linesOfRoute(route, base.host, base.context);
    base.routes.set(text, lines);
    this.report(
      route,
      lines.filter((line) => line.text.includes(": $")),
      false,
    );
  }

  private report(configuration: Configuration, lines: Line[], isRefused: boolean): void {
    const { file, plugin, line } = configuration;
    const value = parsed(configuration.text);
    for (const { level, text } of lines) {
      const message = text.replace(`${plugin}: `, "").replace(/^route ".*?": /, "");
      const severity = level === "warn" ? "warning" : "error";
      this.findings.push({ ...this.placed(configuration, message, value), file, severity });
    }
    if (isRefused && !lines.some(({ level }) => level !== "warn"))
      this.findings.push({ file, line, severity: "error", message: `${plugin} refuses its configuration` });
  }

  private placed(configuration: Configuration, message: string, value: unknown): { line: number; message: string } {
    const { plugin } = configuration;
    const byte = /^\$ is not valid JSON: .* at byte (\d+)/.exec(message);
    if (byte) return { line: configuration.lineOfByte(Number(byte[1])), message: `${plugin}: ${message}` };
    if (!message.startsWith("$")) return { line: configuration.line, message: `${plugin}: ${message}` };
    const { path } = locate(message, value);
    // A message may name another value, too.
    const inFile = message.replace(/\$[.[]\S*|^\$/g, (shown) => {
      const other = locate(shown, value);
      return configuration.pathOf(other.path) + other.rest;
    });
    return { line: configuration.lineOf(path), message: `${plugin}: ${inFile}` };
  }
}

/** What the module logs for the first request of a route: only then it reads the route's configuration. */
function linesOfRoute(route: Configuration, host: ProxyHost, context: RootContext): Line[] {
  // The host's texts are bytes.
  const config = Buffer.from(route.text ?? "").toString("latin1");
  const metadata = { [route.plugin]: { config } };
  const name = route.route ?? "";
  const stream = host.stream(context, { routes: [{ name, match: { prefix: "/" }, cluster: "upstream", metadata }] });
  const headers: [string, string][] = [
    [":method", "GET"],
    [":path", "/"],
    [":authority", "localhost"],
  ];
  stream.requestHeaders(headers, true);
  stream.clientReset();
  return host.vm.logs.splice(0);
}

/** The value of a JSON text; undefined if it is invalid. */
export function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "") as unknown;
  } catch {
    return undefined;
  }
}
