import { pathText, type Path, type YamlDocument } from "../config/yaml-file.ts";
import { FAILS_OPEN, type Finding } from "../config/finding.ts";

/**
 * The spec of a Higress WasmPlugin.
 * https://github.com/alibaba/higress/blob/main/api/extensions/v1alpha1/wasmplugin.proto
 */
export interface WasmPlugin {
  /** `metadata.name`. */
  name: string;
  /** The label that Higress's console sets, `higress.io/wasm-plugin-name`. */
  label?: string;
  url: string;
  pluginName?: string;
  sha256?: string;
  phase: Phase;
  priority: number;
  failStrategy: "FAIL_CLOSE" | "FAIL_OPEN";
  env: { name: string; value?: string; valueFrom?: "INLINE" | "HOST" }[];
  pluginConfig?: object;
  defaultConfig?: object;
  defaultConfigDisable: boolean;
  matchRules: MatchRule[];
}

/** A place in the filter chain, in the order of the chain: `UNSPECIFIED_PHASE` is the end. */
export const PHASES = ["AUTHN", "AUTHZ", "STATS", "UNSPECIFIED_PHASE"] as const;
export type Phase = (typeof PHASES)[number];

/** A configuration for some ingresses, domains or services. */
export interface MatchRule {
  ingress: string[];
  domain: string[];
  service: string[];
  config: object;
  configDisable: boolean;
}

const API = "extensions.higress.io/v1alpha1";
const SPEC_KEYS = [
  ...["url", "sha256", "imagePullPolicy", "imagePullSecret", "verificationKey", "pluginName", "phase", "priority"],
  ...["failStrategy", "vmConfig", "pluginConfig", "defaultConfig", "defaultConfigDisable", "matchRules"],
];
const RULE_KEYS = ["ingress", "domain", "service", "config", "configDisable", "routeType"];

/** Whether the document is a WasmPlugin of Higress, or means to be one. */
export function isWasmPlugin(value: unknown): boolean {
  const { kind, apiVersion } = (value ?? {}) as { kind?: unknown; apiVersion?: unknown };
  return kind === "WasmPlugin" && !String(apiVersion).startsWith("extensions.istio.io/");
}

/** Reads a WasmPlugin as the API server and Higress's controller do; null if one of them refuses it. */
export function readWasmPlugin(document: YamlDocument): { plugin: WasmPlugin | null; findings: Finding[] } {
  const reader = new SpecReader(document);
  const plugin = reader.read();
  const isRefused = reader.findings.some(({ severity }) => severity === "error");
  return { plugin: isRefused ? null : plugin, findings: reader.findings };
}

/** Reads values by their paths and keeps what is wrong with them. */
class SpecReader {
  readonly findings: Finding[] = [];
  private readonly root: unknown;

  constructor(private readonly document: YamlDocument) {
    this.root = document.value;
  }

  read(): WasmPlugin {
    if (this.value(["apiVersion"]) !== API) this.fail(["apiVersion"], `must be ${API}`);
    if (this.value(["spec"]) === undefined) this.fail(["spec"], "is required");
    else this.object(["spec"]);
    this.refuseUnknown(["spec"], SPEC_KEYS);
    for (const key of ["imagePullSecret", "verificationKey"]) this.text(["spec", key]);
    this.choice(["spec", "imagePullPolicy"], ["UNSPECIFIED_POLICY", "IfNotPresent", "Always"]);
    const label = this.value(["metadata", "labels", "higress.io/wasm-plugin-name"]);
    const plugin = {
      name: this.text(["metadata", "name"], true) ?? "",
      label: typeof label === "string" ? label : undefined,
      url: this.text(["spec", "url"], true) ?? "",
      sha256: this.text(["spec", "sha256"]),
      pluginName: this.text(["spec", "pluginName"]),
      phase: (this.choice(["spec", "phase"], [...PHASES]) ?? "UNSPECIFIED_PHASE") as Phase,
      priority: this.priority(),
      failStrategy: (this.choice(["spec", "failStrategy"], ["FAIL_CLOSE", "FAIL_OPEN"]) ??
        "FAIL_CLOSE") as WasmPlugin["failStrategy"],
      env: this.env(),
      pluginConfig: this.object(["spec", "pluginConfig"]),
      defaultConfig: this.object(["spec", "defaultConfig"]),
      defaultConfigDisable: this.boolean(["spec", "defaultConfigDisable"]),
      matchRules: this.list(["spec", "matchRules"]).map((_, index) => this.rule(["spec", "matchRules", index])),
    };
    this.warn(plugin);
    return plugin;
  }

  /** Warns about what the controller drops without a message, and about a gateway that fails open. */
  private warn({ pluginConfig, defaultConfig, defaultConfigDisable, matchRules, failStrategy }: WasmPlugin): void {
    if (failStrategy === "FAIL_OPEN") this.warning(["spec", "failStrategy"], FAILS_OPEN);
    if (pluginConfig && (defaultConfig || matchRules.length))
      this.warning(["spec", "pluginConfig"], "applies alone: defaultConfig and matchRules have no effect beside it");
    if (matchRules.length && defaultConfig && "_rules_" in defaultConfig)
      this.warning(["spec", "defaultConfig", "_rules_"], "has no effect beside matchRules");
    if (pluginConfig || defaultConfigDisable || !defaultConfig) return;
    for (const [index, rule] of matchRules.entries()) {
      if (!rule.configDisable) continue;
      const path = ["spec", "matchRules", index, "configDisable"];
      this.warning(
        path,
        "removes the rule, and defaultConfig applies to its requests. To switch the plugin off for them write `config: { _disable_: true }` without configDisable",
      );
    }
  }

  private rule(path: Path): MatchRule {
    if (this.object(path) === undefined) {
      if (this.value(path) === undefined) this.fail(path, "must be an object");
      return { ingress: [], domain: [], service: [], config: {}, configDisable: false };
    }
    this.refuseUnknown(path, RULE_KEYS);
    const rule = {
      ingress: this.texts([...path, "ingress"]),
      domain: this.texts([...path, "domain"]),
      service: this.texts([...path, "service"]),
      config: this.object([...path, "config"]) ?? {},
      configDisable: this.boolean([...path, "configDisable"]),
    };
    if (this.choice([...path, "routeType"], ["HTTP", "GRPC"]) === "GRPC" && rule.ingress.length)
      this.warning([...path, "routeType"], "GRPC: Higress's controller does not match such routes by their ingress");
    // The controller looks at rules that are not disabled, and drops the whole WasmPlugin for one of them.
    const hasLists = ["ingress", "domain", "service"].some((key) => this.value([...path, key]) !== undefined);
    const isEmpty = !rule.ingress.length && !rule.domain.length && !rule.service.length;
    if (isEmpty && !rule.configDisable)
      this.fail(
        path,
        hasLists
          ? "must name an ingress, a domain or a service: its lists are empty"
          : "must have ingress, domain or service: the controller refuses the whole WasmPlugin",
      );
    return rule;
  }

  private env(): WasmPlugin["env"] {
    const path = ["spec", "vmConfig", "env"];
    if (this.object(["spec", "vmConfig"]) === undefined) return [];
    return this.list(path).map((_, index) => ({
      name: this.text([...path, index, "name"], true) ?? "",
      value: this.text([...path, index, "value"]),
      valueFrom: this.choice([...path, index, "valueFrom"], ["INLINE", "HOST"]) as "INLINE" | "HOST" | undefined,
    }));
  }

  private priority(): number {
    const path = ["spec", "priority"];
    const value = this.value(path);
    if (value === undefined || value === null) return 0;
    if (typeof value === "string" && /^-?\d{1,9}$/.test(value)) {
      this.warning(path, `is a string, the CRD wants an integer: read as ${Number(value)}`);
      return Number(value);
    }
    if (Number.isInteger(value) && Math.abs(value as number) < 2 ** 31) return value as number;
    this.fail(path, "must be a whole number");
    return 0;
  }

  private refuseUnknown(path: Path, known: string[]): void {
    const value = this.value(path);
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) this.fail([...path, key], `is not a field of the CRD; there is ${known.join(", ")}`);
    }
  }

  private text(path: Path, isRequired = false): string | undefined {
    const value = this.value(path);
    if (value === undefined) {
      if (isRequired) this.fail(path, "is required");
      return undefined;
    }
    if (typeof value === "string" && (value !== "" || !isRequired)) return value;
    this.fail(path, value === "" ? "must not be empty" : "must be a string");
    return undefined;
  }

  private texts(path: Path): string[] {
    const items = this.list(path);
    for (const [index, item] of items.entries())
      if (typeof item !== "string") this.fail([...path, index], "must be a string");
    return items.filter((item): item is string => typeof item === "string");
  }

  private boolean(path: Path): boolean {
    const value = this.value(path);
    if (value !== undefined && value !== null && typeof value !== "boolean") this.fail(path, "must be true or false");
    return value === true;
  }

  private choice(path: Path, choices: string[]): string | undefined {
    const value = this.value(path);
    if (value === undefined) return undefined;
    if (typeof value === "string" && choices.includes(value)) return value;
    this.fail(path, `must be one of ${choices.join(", ")}`);
    return undefined;
  }

  private list(path: Path): unknown[] {
    const value = this.value(path);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.fail(path, "must be a list");
    return [];
  }

  private object(path: Path): object | undefined {
    const value = this.value(path);
    if (value === undefined) return undefined;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    this.fail(path, "must be an object");
    return undefined;
  }

  private value(path: Path): unknown {
    return path.reduce<unknown>((value, step) => {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
      return (value as Record<string | number, unknown>)[step];
    }, this.root);
  }

  private fail(path: Path, message: string): void {
    this.add(path, "error", message);
  }

  private warning(path: Path, message: string): void {
    this.add(path, "warning", message);
  }

  private add(path: Path, severity: Finding["severity"], message: string): void {
    const { document } = this;
    const line = document.lineOf(path);
    this.findings.push({ file: document.file, line, severity, message: `${pathText(path)} ${message}` });
  }
}
