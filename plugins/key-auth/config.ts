import { ErrorFormat, ERROR_FORMATS } from "../../assembly/ai/refusal";
import { ABSENT, sliceOfBuffer } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { isPrintable } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { jsonFirst } from "../../assembly/json/value";
import { readConsumers } from "./consumer-list";
import { Consumers } from "./consumers";
import { CredentialSource } from "./credential-source";

/** The guarding options: without one of them more requests pass, or the key reaches the provider. */
const GUARDS = [
  "consumers",
  "credentials",
  "credential",
  "models",
  "allow",
  "global_auth",
  "keys",
  "in_header",
  "in_query",
  "hide_credentials",
];

/** Whether requests that match no rule are checked. */
const enum GlobalAuth {
  /** Not set: they are checked if there are no rules. */
  Unset,
  On,
  Off,
}

/** The configuration of key-auth for a route. */
export class KeyAuthConfig {
  /** Whether a key is required. */
  isChecked: bool = false;
  /** The names of the consumers that may pass; `null` if every consumer may. */
  allowed: TextTable | null = null;
  /** The value of `www-authenticate`. */
  challenge: string = "Key realm=MSE Gateway";
  /** Whether `Bearer k` is looked up as `k` as well. */
  stripsBearer: bool = false;
  /** Whether the key is removed from the request. */
  hidesCredentials: bool = false;
  /** The format of a refusal. */
  errorFormat: ErrorFormat = ErrorFormat.Text;

  private globalAuth: GlobalAuth = GlobalAuth.Unset;

  constructor(
    readonly consumers: Consumers,
    private readonly source: CredentialSource,
  ) {}

  /** A configuration without consumers and checks. */
  static unchecked(): KeyAuthConfig {
    return new KeyAuthConfig(new Consumers(), new CredentialSource([], true, true));
  }

  /** Reads the configuration; a rule or a route without consumers uses those of the instance. */
  static read(reader: ConfigReader, inherited: KeyAuthConfig | null): KeyAuthConfig {
    reader.guards(GUARDS);
    const isRule = inherited !== null || reader.path != "$";
    const hasConsumers = reader.has("consumers") || reader.has("credentials");
    const config = hasConsumers ? withConsumers(reader, inherited) : withoutConsumers(reader, inherited);
    if (inherited) config.inherit(inherited);
    config.readOptions(reader);
    config.readAllowed(reader);
    config.readGlobalAuth(reader, isRule, hasConsumers);
    config.isChecked = config.decide(isRule, hasConsumers, !isRule && jsonFirst(reader.value("_rules_")) != ABSENT);
    // A misspelt `allow` must not open the route.
    if (isRule && !hasConsumers && !config.allowed && reader.hasUnknownKeys) {
      reader.fail("allow", "is required where other keys stand that are not known");
    }
    return config;
  }

  private inherit(from: KeyAuthConfig): void {
    this.challenge = from.challenge;
    this.globalAuth = from.globalAuth;
    this.stripsBearer = from.stripsBearer;
    this.hidesCredentials = from.hidesCredentials;
    this.errorFormat = from.errorFormat;
  }

  private readOptions(reader: ConfigReader): void {
    if (reader.has("realm")) {
      const realm = reader.textOrNumber("realm");
      if (!isPrintable(realm)) reader.fail("realm", "must be printable ASCII");
      this.challenge = `Key realm=${realm}`;
    }
    this.stripsBearer = reader.boolean("strip_bearer", this.stripsBearer);
    this.hidesCredentials = reader.boolean("hide_credentials", this.hidesCredentials);
    this.errorFormat = reader.choice("error_format", ERROR_FORMATS, this.errorFormat);
  }

  private readAllowed(reader: ConfigReader): void {
    if (!reader.has("allow")) return;
    const names = reader.textsOrNumbers("allow");
    const allowed = new TextTable();
    for (let i = 0; i < names.length; i++) {
      const name = sliceOfBuffer(String.UTF8.encode(names[i]));
      allowed.add(name);
      if (!this.consumers.hasName(name)) reader.warn(`allow[${i}]`, "names no consumer");
    }
    if (!this.consumers.haveNames && !reader.failed) reader.fail("allow", "needs consumers that have names");
    this.allowed = allowed;
  }

  private readGlobalAuth(reader: ConfigReader, isRule: bool, hasConsumers: bool): void {
    if (!reader.has("global_auth")) return;
    const value = reader.booleanOrText("global_auth", true) ? GlobalAuth.On : GlobalAuth.Off;
    if (!isRule) {
      this.globalAuth = value;
      const reason = "has no effect with global_auth: false, and no rule inherits it: say who may pass in a rule";
      if (this.allowed && value == GlobalAuth.Off) reader.fail("allow", reason);
    } else if (this.allowed || hasConsumers) reader.warn("global_auth", "has no effect in a rule or on a route");
    else reader.fail("global_auth", "has no effect in a rule or on a route: say who may pass by allow");
  }

  private decide(isRule: bool, hasConsumers: bool, hasRules: bool): bool {
    if (isRule && (this.allowed || hasConsumers)) return true;
    if (this.globalAuth != GlobalAuth.Unset) return this.globalAuth == GlobalAuth.On;
    return isRule || this.allowed !== null || !hasRules;
  }
}

function withConsumers(reader: ConfigReader, inherited: KeyAuthConfig | null): KeyAuthConfig {
  const source = CredentialSource.read(reader, inherited ? inherited.source : null);
  return new KeyAuthConfig(readConsumers(reader, source, inherited ? inherited.consumers : null), source);
}

function withoutConsumers(reader: ConfigReader, inherited: KeyAuthConfig | null): KeyAuthConfig {
  if (inherited) return new KeyAuthConfig(inherited.consumers, inherited.source);
  reader.fail("consumers", "is required");
  return KeyAuthConfig.unchecked();
}
