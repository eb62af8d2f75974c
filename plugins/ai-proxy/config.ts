import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { ConfigReader } from "../../assembly/config/reader";
import { ConfigReport } from "../../assembly/config/report";
import { readFilled } from "./config/address";
import { ProviderConfig } from "./config/provider-config";
import { reasonNotBuilt } from "./config/types-not-built";
import { findProvider, providerTypes, PROVIDERS } from "./providers";
import { ValueSource } from "./config/value-source";

/** Without these a request would pass with the client's host and API key, or with the API key of another provider. */
const GUARDS = ["provider", "providers", "activeProviderId", "apiTokens", "apiToken", "protocol", "modelMapping"];

/** A provider of the configuration. Its errors refuse the configuration only if it is the active one. */
class ProviderEntry {
  constructor(
    readonly id: string,
    readonly config: ProviderConfig | null,
    readonly report: ConfigReport,
  ) {}
}

/** The configuration of a route: which provider serves it. */
export class AiProxyConfig {
  private providers: ProviderEntry[] = [];
  /** The ids, and the position of the provider of each. A look-up has constant cost. */
  private ids: TextTable = new TextTable();
  private positions: i32[] = [];
  /** The provider that serves; `null` if requests pass unchanged, or if the endpoint or cluster names one. */
  active: ProviderConfig | null = null;

  /** Reads the configuration. A rule without providers of its own uses those of the global part. */
  static read(reader: ConfigReader, inherited: AiProxyConfig | null): AiProxyConfig {
    const config = new AiProxyConfig();
    reader.guards(GUARDS);
    const single = reader.object("provider");
    const list = reader.objects("providers");
    const activeId = readFilled(reader, "activeProviderId");
    if (single) {
      const entry = readEntry(single);
      config.providers.push(entry);
      if (entry.id.length) config.noteId(entry.id, 0);
      config.activate(entry, reader);
      for (let i = 0; i < list.length; i++) list[i].skip();
      const reason = "has no effect beside provider";
      if (list.length) reader.warn("providers", reason);
      if (activeId.length) reader.warn("activeProviderId", reason);
      return config;
    }
    for (let i = 0; i < list.length; i++) config.providers.push(readEntry(list[i]));
    config.checkIds(list.length, reader);
    if (!list.length && inherited) config.inherit(inherited);
    if (activeId.length) config.select(activeId, reader);
    config.warnAboutOthers(list.length, reader);
    reader.value("_plugin_id_");
    // The unknown key may be meant to choose a provider: requests must not pass with the client's API key instead.
    if (!config.active && reader.hasUnknownKeys && !reader.failed) {
      reader.fail("activeProviderId", "or provider is required where other keys stand that are not known");
    }
    return config;
  }

  /** Whether an endpoint or a cluster may name a provider other than the active one. */
  get hasChoice(): bool {
    return this.providers.length > 1 || (this.active === null && this.providers.length > 0);
  }

  /** The provider of that id; `null` if there is none, or if its configuration has errors. */
  named(id: Slice): ProviderConfig | null {
    const number = this.ids.find(id);
    if (number < 0) return null;
    const entry = this.providers[this.positions[number]];
    return entry.report.failed ? null : entry.config;
  }

  private inherit(global: AiProxyConfig): void {
    this.providers = global.providers;
    this.ids = global.ids;
    this.positions = global.positions;
  }

  /** The texts that are added to chats, of all providers that may serve. */
  texts(): ValueSource[] {
    const texts: ValueSource[] = [];
    for (let i = 0; i < this.providers.length; i++) {
      const config = this.providers[i].config;
      if (config === null || (config !== this.active && !this.hasChoice)) continue;
      const text = config.chat.context;
      if (text && !this.providers[i].report.failed) texts.push(text);
    }
    return texts;
  }

  private select(id: string, reader: ConfigReader): void {
    const number = this.ids.find(sliceOfBuffer(String.UTF8.encode(id)));
    if (number >= 0) this.activate(this.providers[this.positions[number]], reader);
    else reader.fail("activeProviderId", "names none of the providers");
  }

  /** Refuses two providers with one id: only one of them could be chosen. */
  private checkIds(count: i32, reader: ConfigReader): void {
    for (let i = 0; i < count; i++) {
      const id = this.providers[i].id;
      if (!id.length) {
        reader.warn(`providers[${i}]`, "has no id: nothing can choose it");
        continue;
      }
      const other = this.noteId(id, i);
      if (other >= 0) reader.fail(`providers[${i}].id`, `is also that of providers[${other}]`);
    }
  }

  /** Records an id; returns the position of another provider that has it, or -1. */
  private noteId(id: string, position: i32): i32 {
    const number = this.ids.add(sliceOfBuffer(String.UTF8.encode(id)));
    if (number < this.positions.length) return this.positions[number];
    this.positions.push(position);
    return -1;
  }

  private activate(entry: ProviderEntry, reader: ConfigReader): void {
    this.active = entry.config;
    const errors = entry.report.errors;
    for (let i = 0; i < errors.length; i++) reader.report.fail(errors[i]);
    const warnings = entry.report.warnings;
    for (let i = 0; i < warnings.length; i++) reader.report.warn(warnings[i]);
  }

  /** Logs the errors of providers that are not active as warnings; the configuration is accepted. */
  private warnAboutOthers(own: i32, reader: ConfigReader): void {
    for (let i = 0; i < own; i++) {
      const entry = this.providers[i];
      if (entry.config === this.active && this.active) continue;
      const errors = entry.report.errors;
      for (let j = 0; j < errors.length; j++) reader.report.warn(errors[j]);
    }
  }
}

function readEntry(shared: ConfigReader): ProviderEntry {
  shared.skip();
  // The errors of a provider that is not active are warnings; this one must refuse the configuration.
  if (shared.has("activeProviderId"))
    shared.fail("activeProviderId", "has no effect here: it belongs beside providers");
  const reader = shared.detached();
  const id = reader.textOrNumber("id");
  const type = reader.requiredText("type");
  const number = findProvider(type);
  if (number < 0) {
    const reason = reasonNotBuilt(type);
    if (reason.length) reader.fail("type", `${type} is not built: ${reason}`);
    else if (!reader.failed) reader.fail("type", `must be one of ${providerTypes()}`);
    return new ProviderEntry(id, null, reader.report);
  }
  const config = ProviderConfig.read(reader, number, PROVIDERS[number]);
  reader.finish();
  return new ProviderEntry(id, config, reader.report);
}
