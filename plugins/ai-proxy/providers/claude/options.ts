import { ConfigReader } from "../../../../assembly/config/reader";
import { ProviderOptions } from "../../config/provider-type";

const VERSION = "2023-06-01";

/** The options that only `claude` has. */
export class ClaudeOptions extends ProviderOptions {
  /** Whether chats go to the OpenAI endpoint. */
  compatible: bool = false;
  /** The version of the API; of messages that pass, the client's counts unless `isVersionGiven`. */
  version: string = VERSION;
  isVersionGiven: bool = false;
  /** Whether requests look like those of Claude Code, whose keys are OAuth tokens. */
  isCode: bool = false;

  /** Reads the options. */
  static read(reader: ConfigReader): ClaudeOptions {
    const options = new ClaudeOptions();
    options.compatible = reader.booleanOrText("claudeEnableCompatible", false);
    options.isCode = reader.booleanOrText("claudeCodeMode", false);
    options.isVersionGiven = reader.has("claudeVersion");
    if (options.isVersionGiven) options.version = reader.requiredText("claudeVersion");
    for (let i = 0; i < options.version.length; i++) {
      const unit = options.version.charCodeAt(i);
      if (unit < 0x21 || unit > 0x7e) {
        reader.fail("claudeVersion", "must be a version such as 2023-06-01");
        break;
      }
    }
    return options;
  }
}
