import { LogLevel } from "../abi/enums";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, sliceToString, trimmed } from "../bytes/slice";
import { DoubleKeys } from "../config/double-keys";
import { hostOf } from "../config/matchers";
import { ConfigReader } from "../config/reader";
import { ConfigReport } from "../config/report";
import { MATCH_KEYS, RouteTarget, RuleMatch, RuleSet } from "../config/rules";
import { log } from "../host/log";
import { clusterName, property, routeName } from "../host/property";
import { requestHeaders } from "../host/headers";
import { jsonFirstKey, JsonKind, jsonKind, jsonMemberValue, jsonNextKey, jsonText } from "../json/value";
import { jsonFaultText, jsonValidate } from "../json/validate";
import { HttpFilter } from "./filter";
import { noteRouteConfiguration } from "./garbage";
import { Once } from "./once";
import { Plugin } from "./plugin";
import { RouteConfigCache } from "./route-config";

/** The configuration of one root context, without its type. */
export abstract class Configuration {
  /** Whether the last `createFilter` found a broken configuration on the route: the request must be refused. */
  broken: bool = false;

  /** Selects what applies to the current stream and creates its filter; `null` if nothing applies. */
  abstract createFilter(): HttpFilter | null;
}

const target = new RouteTarget();

/** The kernel's own keys. A misspelt one is an error: without it a rule would not apply, or would apply elsewhere. */
const GUARDS: string[] = ["_rules_", "_route_metadata_", "_disable_"].concat(MATCH_KEYS);

/** The configuration of a plugin: its global part, its rules, and the configurations of routes. */
export class TypedConfiguration<C> extends Configuration {
  private readonly rules: RuleSet<C> = new RuleSet<C>();
  private readonly routes: RouteConfigCache<C> = new RouteConfigCache<C>();
  private readonly metadataPath: ArrayBuffer;
  /** The configurations of routes whose errors were logged. */
  private readonly logged: Once = new Once();
  private looksAtRoutes: bool = true;

  constructor(private readonly plugin: Plugin<C>) {
    super();
    this.metadataPath = String.UTF8.encode(`xds\0route_metadata\0filter_metadata\0${plugin.name()}\0config`);
  }

  /** Reads the plugin's configuration and logs every error. Returns `false` if there was one. */
  read(text: Slice): bool {
    const report = new ConfigReport();
    const root = parsed(text, report);
    if (root == ABSENT && report.failed) return this.refused(report);
    const top = new ConfigReader(root, "$", report);
    const rules = top.objects("_rules_");
    top.refuseEmptyList("_rules_");
    this.looksAtRoutes = top.boolean("_route_metadata_", true);
    if (!rules.length || hasOwnKeys(root)) {
      this.rules.global = this.plugin.readConfig(top, null);
      top.value("_plugin_id_");
    }
    for (let i = 0; i < rules.length; i++) {
      this.rules.add(new RuleMatch(rules[i]), this.readOverride(rules[i]));
    }
    // Last, so that they are looked for in this object alone.
    top.guards(GUARDS);
    top.finish();
    if (report.failed) return this.refused(report);
    this.logReport(report, "");
    return true;
  }

  /** Calls `onAccepted` for the global part and each rule. */
  announce(): void {
    const global = this.rules.global;
    if (global) this.plugin.onAccepted(global);
    const rules = this.rules.configs;
    for (let i = 0; i < rules.length; i++) {
      const config = rules[i];
      if (config) this.plugin.onAccepted(config);
    }
  }

  createFilter(): HttpFilter | null {
    this.broken = false;
    const onRoute = this.looksAtRoutes ? property(sliceOfBuffer(this.metadataPath)) : ABSENT;
    const config = onRoute == ABSENT ? this.select() : this.ofRoute(onRoute);
    if (config) return this.plugin.createFilter(config);
    return this.broken ? null : this.plugin.createFilterWithoutConfig();
  }

  private select(): C | null {
    if (!this.rules.hasRules) return this.rules.global;
    target.host = this.rules.needsHost ? hostOf(requestHeaders.get(":authority")) : ABSENT;
    target.route = this.rules.needsRoute ? routeName() : ABSENT;
    target.cluster = this.rules.needsCluster ? clusterName() : ABSENT;
    return this.rules.select(target);
  }

  private ofRoute(text: Slice): C | null {
    const known = this.routes.find(text);
    if (known) {
      this.broken = known.broken;
      return known.config;
    }
    const entry = this.routes.add(text);
    noteRouteConfiguration();
    const report = new ConfigReport();
    const root = parsed(text, report);
    if (root == ABSENT && !report.failed)
      report.errors.push("$ is empty: write {} for a configuration without options");
    if (root != ABSENT) {
      const reader = new ConfigReader(root, "$", report);
      const config = this.readOverride(reader);
      reader.finish();
      if (!report.failed) entry.config = config;
    }
    entry.broken = report.failed;
    this.broken = report.failed;
    if (this.logged.isFirst(entry.hash)) this.logReport(report, `route "${sliceToString(routeName())}": `);
    return entry.config;
  }

  /** The configuration of a rule or a route; `null` if it switches the plugin off (Higress's `_disable_`). */
  private readOverride(reader: ConfigReader): C | null {
    let config: C | null = null;
    if (reader.boolean("_disable_", false)) reader.skip();
    else config = this.plugin.readConfig(reader, this.rules.global);
    reader.guards(GUARDS);
    return config;
  }

  private refused(report: ConfigReport): bool {
    this.logReport(report, "");
    return false;
  }

  private logReport(report: ConfigReport, where: string): void {
    const prefix = `${this.plugin.name()}: ${where}`;
    for (let i = 0; i < report.errors.length; i++) log(LogLevel.Error, prefix + report.errors[i]);
    for (let i = 0; i < report.warnings.length; i++) log(LogLevel.Warn, prefix + report.warnings[i]);
  }
}

/** The token of the object; `ABSENT`, which reads like an empty one, if there is no text or it is invalid. */
function parsed(text: Slice, report: ConfigReport): Slice {
  const json = trimmed(text);
  if (sliceSize(json) == 0) return ABSENT;
  const fault = jsonValidate(json);
  if (fault) {
    report.errors.push(`$ is not valid JSON: ${jsonFaultText(fault)}`);
    return ABSENT;
  }
  if (jsonKind(json) != JsonKind.Object) {
    report.errors.push("$ must be an object");
    return ABSENT;
  }
  DoubleKeys.find(json, report);
  return json;
}

/** Whether the object has a key of the plugin itself. */
function hasOwnKeys(object: Slice): bool {
  for (let name = jsonFirstKey(object); name != ABSENT;) {
    const text = jsonText(name);
    if (text != "_rules_" && text != "_route_metadata_" && text != "_plugin_id_") return true;
    name = jsonNextKey(object, jsonMemberValue(object, name));
  }
  return false;
}
