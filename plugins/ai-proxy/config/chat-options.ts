import { ConfigReader } from "../../../assembly/config/reader";
import { notBuilt, REASONING } from "./built-features";
import { CustomSetting, OPENAI_SETTINGS, readCustomSettings } from "./custom-settings";
import { MessageEdits } from "./message-edits";
import { ProviderSettings } from "./provider-settings";
import { readContext, ValueSource } from "./value-source";

/** Which model a response names. */
export const enum ResponseModel {
  /** The one of the provider. */
  Served,
  /** The one that the client asked for. */
  Requested,
}

const LONGEST_TIMEOUT = 3_600_000;

/** What the configuration changes in requests and responses, whatever the provider. */
export class ChatOptions {
  /** Parameters put into every request. */
  settings: CustomSetting[] = [];
  /** What is changed in the messages of a chat. */
  readonly messages: MessageEdits = new MessageEdits();
  /** Whether a response of reasoning alone gets it as its content. */
  promoteReasoning: bool = false;
  /** Whether Anthropic's Messages are translated into chats although the provider has Messages of its own. */
  translatesMessages: bool = false;
  /** The values of `anthropic-beta` that reach the provider; `null` for all. */
  anthropicBetas: string[] | null = null;
  /** Whether OpenAI's Responses are translated into chats although the provider has Responses of its own. */
  translatesResponses: bool = false;
  /** Whether tools that only Anthropic or OpenAI can run are left out of translated requests; else such requests are refused. */
  dropsServerTools: bool = false;
  /** The text that is added to every chat; `null` for none. */
  context: ValueSource | null = null;
  /** The model that responses name. */
  responseModel: ResponseModel = ResponseModel.Served;
  /** Milliseconds for a stream to begin; "" for as long as the route allows. */
  firstByteTimeout: string = "";

  /** Reads the options; with `protocol: original` the settings are those of the provider's own API. */
  static read(reader: ConfigReader, isOriginal: bool, provider: ProviderSettings, timeout: i32): ChatOptions {
    const options = new ChatOptions();
    options.settings = isOriginal
      ? readCustomSettings(provider.settingNames, provider.settingsHolder, reader)
      : readCustomSettings(OPENAI_SETTINGS, "", reader);
    const commands = reader.textsOrNumbers("contextCleanupCommands");
    for (let i = 0; i < commands.length; i++) options.messages.addCommand(commands[i]);
    const isHiclaw = reader.booleanOrText("hiclawMode", false);
    options.messages.merges = reader.booleanOrText("mergeConsecutiveMessages", false) || isHiclaw;
    options.promoteReasoning = reader.booleanOrText("promoteThinkingOnEmpty", false) || isHiclaw;
    if (!REASONING && options.promoteReasoning)
      reader.fail(isHiclaw ? "hiclawMode" : "promoteThinkingOnEmpty", notBuilt("reasoning"));
    options.translatesMessages = reader.booleanOrText("translateMessages", false);
    if (reader.has("anthropicBetas")) options.anthropicBetas = reader.texts("anthropicBetas");
    options.translatesResponses = reader.booleanOrText("translateResponses", false);
    options.dropsServerTools = reader.choice("serverTools", ["refuse", "drop"], 0) == 1;
    options.responseModel = reader.choice("responseModel", ["served", "requested"], ResponseModel.Served);
    const firstByte = reader.integerOrText("firstByteTimeout", 0, 0, LONGEST_TIMEOUT);
    options.firstByteTimeout = firstByte ? firstByte.toString() : "";
    options.context = readContext(reader, timeout);
    return options;
  }
}
