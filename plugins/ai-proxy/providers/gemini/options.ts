import { NO_BUDGET } from "../../../../assembly/ai/protocols/gemini/thinking";
import { ConfigReader } from "../../../../assembly/config/reader";
import { ProviderOptions } from "../../config/provider-type";
import { geminiSettings } from "./settings";

const MOST_TOKENS: i64 = 32768;

/** The options that only providers of type `gemini` have. */
export class GeminiOptions extends ProviderOptions {
  /** Whether OpenAI's requests go to Gemini's OpenAI-compatible endpoints; else its own protocol is spoken. */
  compatible: bool = false;
  /** The version of the API, which begins each path. */
  version: string = "";

  /** Reads them. */
  static read(reader: ConfigReader): GeminiOptions {
    const options = new GeminiOptions();
    options.compatible = reader.booleanOrText("geminiEnableCompatible", false);
    options.version = reader.has("apiVersion") ? reader.text("apiVersion") : "v1beta";
    if (!isVersion(options.version)) reader.fail("apiVersion", "must be letters and digits, such as v1beta");
    options.base = `/${options.version}/openai`;
    const settings = geminiSettings();
    options.settings = settings;
    settings.safetySettings = readSafety(reader);
    if (reader.has("geminiThinkingBudget")) {
      settings.thinkingBudget = reader.integerOrText("geminiThinkingBudget", NO_BUDGET, -1, MOST_TOKENS);
    }
    if (options.compatible) {
      const reason = "has no effect with geminiEnableCompatible: true";
      if (settings.safetySettings.length) reader.warn("geminiSafetySetting", reason);
      if (reader.has("geminiThinkingBudget")) reader.warn("geminiThinkingBudget", reason);
    }
    return options;
  }
}

/** The thresholds by category as `safetySettings`. https://ai.google.dev/gemini-api/docs/safety-settings */
function readSafety(reader: ConfigReader): string {
  const thresholds = reader.textMap("geminiSafetySetting");
  const categories = thresholds.keys();
  const items: string[] = [];
  for (let i = 0; i < categories.length; i++) {
    const threshold = thresholds.get(categories[i]);
    const key = `geminiSafetySetting.${categories[i]}`;
    if (!isName(categories[i]) || !isName(threshold)) reader.fail(key, "must be names of Google's, such as BLOCK_NONE");
    items.push(`{"category":"${categories[i]}","threshold":"${threshold}"}`);
  }
  return items.length ? `[${items.join(",")}]` : "";
}

/** Whether a text is a name of an enum. */
function isName(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (<u32>(unit - 0x41) > 25 && unit != 0x5f) return false;
  }
  return text.length > 0;
}

function isVersion(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (<u32>(unit - 0x61) > 25 && <u32>(unit - 0x30) > 9) return false;
  }
  return text.length > 0;
}
