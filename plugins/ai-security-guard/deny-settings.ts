import { ConfigReader } from "../../assembly/config/reader";

const PROTOCOLS = ["openai", "original"];

/** What a client gets whose request or response is refused. */
export class DenySettings {
  /** The HTTP status. */
  status: i32 = 200;
  /** The text for the client; empty for none. */
  message: ArrayBuffer = new ArrayBuffer(0);
  /** Whether the body is the JSON of the verdict alone, and not a response of the client's API. */
  isOriginal: bool = false;

  /** Reads the options. */
  static read(reader: ConfigReader): DenySettings {
    const settings = new DenySettings();
    settings.status = <i32>reader.integerOrText("denyCode", 200, 200, 599);
    settings.message = String.UTF8.encode(reader.text("denyMessage"));
    settings.isOriginal = reader.choice("protocol", PROTOCOLS, 0) == 1;
    return settings;
  }
}
