import { ConfigReader } from "../../../assembly/config/reader";
import { ApiToken } from "./api-token";
import { ProviderSettings } from "./provider-settings";
import { ValueSource } from "./value-source";

/** The options of one configured provider that only its type has; each type with options extends it. */
export class ProviderOptions {
  /** The host that the options name; "" for the one in the settings. */
  host: string = "";
  /** The settings that apply with these options; `null` for the type's own. */
  settings: ProviderSettings | null = null;
}

/** A type of provider, as far as reading a configuration needs it. */
export abstract class ProviderType {
  constructor(
    /** What the gateway knows about every provider of the type. */
    readonly settings: ProviderSettings,
  ) {}

  /** Reads the options that only this type has. */
  readOptions(reader: ConfigReader): ProviderOptions {
    return new ProviderOptions();
  }

  /** Reads an option of this type that names the text of `context`; `null` if it is not set. */
  readContext(reader: ConfigReader, tokens: ApiToken[], timeout: i32): ValueSource | null {
    return null;
  }
}
