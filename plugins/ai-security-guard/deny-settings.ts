import { ConfigReader } from "../../assembly/config/reader";

const PROTOCOLS = ["openai", "original"];
const FORMATS = ["legacy", "structured"];
/** Higress's text where none is configured: "I am sorry, I cannot answer your question." */
const DEFAULT_MESSAGE = "很抱歉，我无法回答您的问题";

/** What a client gets whose request or response is refused. */
export class DenySettings {
  /** The HTTP status. */
  status: i32 = 200;
  /** The text for the client; empty for none. */
  message: ArrayBuffer = new ArrayBuffer(0);
  /** Whether the body is the JSON of the verdict alone, and not a response of the client's API. */
  isOriginal: bool = false;

  /** Whether the text of a response is the message alone, and the verdict stands beside it. */
  isStructured: bool = false;

  /** Reads the options. */
  static read(reader: ConfigReader): DenySettings {
    const settings = new DenySettings();
    settings.status = <i32>reader.integerOrText("denyCode", 200, 200, 599);
    settings.message = String.UTF8.encode(reader.text("denyMessage"));
    settings.isOriginal = reader.choice("protocol", PROTOCOLS, 0) == 1;
    settings.isStructured = reader.choice("openAIDenyResponseFormat", FORMATS, 0) == 1;
    if (settings.isStructured && settings.isOriginal)
      reader.fail("openAIDenyResponseFormat", "structured has no effect with protocol: original");
    if (settings.isStructured && !settings.message.byteLength) settings.message = String.UTF8.encode(DEFAULT_MESSAGE);
    return settings;
  }
}
