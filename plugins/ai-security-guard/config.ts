import { ConfigReader } from "../../assembly/config/reader";
import { Check } from "./check";
import { readAliyunCheck, readCheck } from "./check-reader";
import { CheckedPath } from "./checked-path";
import { DenySettings } from "./deny-settings";
import { StreamSettings } from "./stream/stream-settings";

/** The guarding options: without one of them more texts pass. */
const GUARDS = ["checks", "checkRequest", "checkResponse", "checkRequestImage", "on_error"];
/** Higress's options for Aliyun: one of them makes a check. */
const ALIYUN = ["accessKey", "secretKey", "serviceName", "serviceHost", "checkRequest", "checkResponse"];
/** What Higress reads by default is part of the texts of all protocols. */
const REQUEST = "messages.@reverse.0.content";
const RESPONSE = "choices.0.message.content";
const RESPONSE_OTHERS = [RESPONSE, 'content.#(type=="text")#.text'];
const STREAM = "choices.0.delta.content";
const STREAM_OTHERS = [STREAM, "delta.text"];
const MOST_CHECKS: i32 = 16;

/** Which texts of a route are checked, and by whom. */
export class GuardConfig {
  /** Tells configurations apart. */
  hash: u64 = 0;
  /** The checks of requests, and those of responses. */
  readonly request: Check[] = [];
  readonly response: Check[] = [];
  /** What a refused client gets. */
  deny: DenySettings = new DenySettings();
  /** Where the texts are; without a path the texts of all protocols are read. */
  requestPath: CheckedPath | null = null;
  responsePaths: CheckedPath[] = [];
  /** How streams are checked. */
  stream: StreamSettings = new StreamSettings();
  /** Whether the log has the words that a checker names. */
  logsWords: bool = false;

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): GuardConfig {
    const config = new GuardConfig();
    config.hash = reader.hash;
    reader.guards(GUARDS);
    config.deny = DenySettings.read(reader);
    config.readPaths(reader);
    refuseUnsupported(reader);
    config.stream = StreamSettings.read(reader);
    config.logsWords = reader.boolean("log_risk_words", false);
    let hasAliyun = false;
    for (let i = 0; i < ALIYUN.length; i++) if (reader.has(ALIYUN[i])) hasAliyun = true;
    if (hasAliyun) config.add(readAliyunCheck(reader));
    config.readChecks(reader);
    if (!hasAliyun && !reader.has("checks")) reader.refuse("must have checks, or the options of Aliyun");
    if (!reader.failed && !config.request.length && !config.response.length)
      reader.refuse("checks nothing: set checkRequest or checkResponse to true, or add checks");
    return config;
  }

  private readPaths(reader: ConfigReader): void {
    this.requestPath = CheckedPath.read(reader, "requestContentJsonPath", REQUEST);
    const path = CheckedPath.read(reader, "responseContentJsonPath", RESPONSE);
    if (path) this.responsePaths.push(path);
    const others = CheckedPath.readList(reader, "responseContentFallbackJsonPaths", RESPONSE_OTHERS);
    for (let i = 0; i < others.length; i++) this.responsePaths.push(others[i]);
    refuseStreamPaths(reader);
  }

  private readChecks(reader: ConfigReader): void {
    reader.refuseEmptyList("checks");
    const items = reader.objects("checks");
    if (items.length > MOST_CHECKS) reader.fail("checks", `must have at most ${MOST_CHECKS} checks`);
    const names: string[] = [];
    for (let i = 0; i < items.length && i < MOST_CHECKS; i++) {
      const check = readCheck(items[i]);
      if (!check) continue;
      if (names.includes(check.name)) items[i].fail("name", "is the name of another check");
      names.push(check.name);
      this.add(check);
    }
  }

  private add(check: Check | null): void {
    if (!check) return;
    if (check.checksRequest || check.checksImages) this.request.push(check);
    if (check.checksResponse) this.response.push(check);
  }
}

function refuseUnsupported(reader: ConfigReader): void {
  const type = reader.text("apiType", "text_generation");
  if (type != "text_generation")
    reader.fail(
      "apiType",
      "must be text_generation: the texts of all requests are read, images of responses are not checked",
    );
  if (reader.text("providerType", "openai") != "openai")
    reader.fail("providerType", "must be openai: it is for responses with images, which are not checked");
}

/** In streams the texts of all protocols are read. */
function refuseStreamPaths(reader: ConfigReader): void {
  if (reader.text("responseStreamContentJsonPath", STREAM) != STREAM)
    reader.fail(
      "responseStreamContentJsonPath",
      "is not supported: the texts of the streams of all protocols are checked, leave it out",
    );
  const others = reader.texts("responseStreamContentFallbackJsonPaths");
  for (let i = 0; i < others.length; i++)
    if (!STREAM_OTHERS.includes(others[i]))
      reader.fail(
        "responseStreamContentFallbackJsonPaths",
        "is not supported: the texts of the streams of all protocols are checked",
      );
}
