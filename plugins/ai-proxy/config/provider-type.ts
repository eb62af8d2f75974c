import { ConfigReader } from "../../../assembly/config/reader";
import { ApiToken } from "./api-token";
import { CustomUrl } from "./custom-url";
import { ProviderSettings } from "./provider-settings";
import { ValueSource } from "./value-source";

/** The options of one configured provider that only its type has; each type with options extends it. */
export class ProviderOptions {
  /** The host that the options name; "" for the one in the settings. */
  host: string = "";
  /** Replaces `/v1` in the path of an API; "" for the base in the settings. */
  base: string = "";
  /** The address that the options name; `null` for none. */
  url: CustomUrl | null = null;
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
