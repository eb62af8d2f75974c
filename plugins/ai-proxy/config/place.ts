import { ConfigReader } from "../../../assembly/config/reader";
import { readHost } from "./address";
import { CustomUrl } from "./custom-url";
import { ProviderSettings } from "./provider-settings";
import { ProviderOptions } from "./provider-type";

const OPEN = "{";
const CLOSE = "}";

/** Reads the options that say where a provider is: its host, its base, or the address of a server. */
export function readPlace(reader: ConfigReader, settings: ProviderSettings): ProviderOptions {
  const options = new ProviderOptions();
  if (settings.urlOption.length) {
    const url = CustomUrl.read(reader, settings.urlOption);
    if (url.host.length) options.url = url;
    options.host = url.host;
  }
  if (settings.hostOption.length) {
    const host = readHost(reader, settings.hostOption);
    if (!options.host.length) options.host = host;
  }
  if (settings.requiresHost && !options.host.length && !reader.has("providerDomain")) {
    reader.fail(settings.urlOption.length ? settings.urlOption : settings.hostOption, "is required");
  }
  if (!options.host.length && settings.host.includes(OPEN)) options.host = filled(reader, settings.host);
  if (settings.base.includes(OPEN)) options.base = filled(reader, settings.base);
  const choices = settings.baseOptions;
  for (let i = 0; i < choices.length; i++) {
    if (reader.booleanOrText(choices[i].option, false)) options.base = choices[i].base;
  }
  return options;
}

/** The text with the value of the option that stands in braces. */
function filled(reader: ConfigReader, text: string): string {
  const from = text.indexOf(OPEN);
  const to = text.indexOf(CLOSE);
  const option = text.substring(from + 1, to);
  const value = reader.requiredText(option);
  if (value.length && !isName(value)) reader.fail(option, "must consist of letters, digits, - and _");
  return text.substring(0, from) + value + text.substring(to + 1);
}

/** Whether the text can be a part of a host and of a path. */
function isName(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isLetter = <u32>((unit | 0x20) - 0x61) < 26;
    if (!isLetter && <u32>(unit - 0x30) > 9 && unit != 0x2d && unit != 0x5f) return false;
  }
  return true;
}
