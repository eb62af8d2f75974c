import { ConfigReader } from "../../../assembly/config/reader";
import { CustomSetting, OPENAI_SETTINGS, readCustomSettings } from "./custom-settings";
import { MessageEdits } from "../request/messages";
import { Provider } from "../provider";
import { readContext, TextSource } from "./text-source";

/** Which model an answer names. */
export const enum ResponseModel {
  /** The one that served, as the provider calls it. */
  Served,
  /** The one that the client asked for. */
  Requested,
}

const LONGEST_TIMEOUT = 3_600_000;

/** What the configuration wants changed in requests and answers, whatever the provider. */
export class ChatOptions {
  /** Parameters put into every request. */
  settings: CustomSetting[] = [];
  /** What is changed in the messages of a chat. */
  readonly messages: MessageEdits = new MessageEdits();
  /** Whether an answer of thoughts alone gets them as its content. */
  promoteReasoning: bool = false;
  /** The text that stands in every chat; `null` for none. */
  context: TextSource | null = null;
  responseModel: ResponseModel = ResponseModel.Served;
  /** Milliseconds for a stream to begin; "" for as long as the route allows. */
  firstByteTimeout: string = "";

  /** Reads them. */
  static read(reader: ConfigReader, isOriginal: bool, provider: Provider, timeout: i32): ChatOptions {
    const options = new ChatOptions();
    options.settings = isOriginal
      ? readCustomSettings(provider.ownSettings(), provider.settingsHolder(), reader)
      : readCustomSettings(OPENAI_SETTINGS, "", reader);
    const commands = reader.textsOrNumbers("contextCleanupCommands");
    for (let i = 0; i < commands.length; i++) options.messages.addCommand(commands[i]);
    const isHiclaw = reader.booleanOrText("hiclawMode", false);
    options.messages.merges = reader.booleanOrText("mergeConsecutiveMessages", false) || isHiclaw;
    options.promoteReasoning = reader.booleanOrText("promoteThinkingOnEmpty", false) || isHiclaw;
    options.responseModel = reader.choice("responseModel", ["served", "requested"], ResponseModel.Served);
    const firstByte = reader.integerOrText("firstByteTimeout", 0, 0, LONGEST_TIMEOUT);
    options.firstByteTimeout = firstByte ? firstByte.toString() : "";
    options.context = readContext(reader, timeout);
    return options;
  }
}
