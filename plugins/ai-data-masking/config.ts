import { ConfigReader } from "../../assembly/config/reader";
import { PatternError } from "../../assembly/pattern/error";
import { MaskRule } from "./rule";
import { denyRule, restoreRule, RuleReader } from "./rule-reader";
import { MaskRules } from "./rules";
import { leadsToText } from "./text-members";

/** The guarding options: without one of them more texts pass. */
const GUARDS = ["deny_words", "replace_roles", "deny_raw"];
const DENY_MESSAGE = "Sensitive words found in the question or answer have been blocked";
const DENY_RAW_MESSAGE = '{"errmsg":"' + DENY_MESSAGE + '"}';
const MATCH_LENGTH = 128;

/** The configuration of ai-data-masking for a route. */
export class MaskingConfig {
  /** The rules for requests and for responses; `null` if there are none. */
  request: MaskRules | null = null;
  response: MaskRules | null = null;
  /** Whether texts of requests get tokens, which are restored. */
  restores: bool = false;
  /** Whether bodies that are no JSON are searched too, and in JSON all strings. */
  isRaw: bool = false;
  secret: ArrayBuffer = new ArrayBuffer(0);
  denyStatus: i32 = 200;
  denyMessage: ArrayBuffer = new ArrayBuffer(0);
  denyRawMessage: ArrayBuffer = new ArrayBuffer(0);
  denyContentType: string = "";

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): MaskingConfig {
    const config = new MaskingConfig();
    reader.guards(GUARDS);
    config.isRaw = reader.booleanOrText("deny_raw", false);
    const readsApis = reader.booleanOrText("deny_openai", true);
    if (!readsApis && !config.isRaw)
      reader.fail("deny_openai", "must not be false unless deny_raw is true: nothing would be read");
    config.readPaths(reader);
    if (reader.booleanOrText("system_deny", false))
      reader.fail("system_deny", "is not supported: there is no built-in list, write the words into deny_words");
    config.denyStatus = <i32>reader.integerOrText("deny_code", 200, 200, 599);
    config.denyMessage = String.UTF8.encode(reader.text("deny_message", DENY_MESSAGE));
    config.denyRawMessage = String.UTF8.encode(reader.text("deny_raw_message", DENY_RAW_MESSAGE));
    config.denyContentType = reader.text("deny_content_type", "application/json");
    config.secret = String.UTF8.encode(reader.text("hash_secret"));
    const skipsResponse = reader.booleanOrText("skip_response", false);
    const most = <i32>reader.integer("max_match_length", MATCH_LENGTH, 16, 1024);
    config.readRules(reader, skipsResponse, most);
    return config;
  }

  /** The paths of Higress: all texts of JSON are read, so a path adds nothing, and one that leads to another string is an error. */
  private readPaths(reader: ConfigReader): void {
    const paths = reader.texts("deny_jsonpath");
    for (let i = 0; i < paths.length && !this.isRaw; i++) {
      if (!leadsToText(paths[i]))
        reader.fail(
          `deny_jsonpath[${i}]`,
          "leads to strings that are not read as texts: set deny_raw, with which all strings are read",
        );
    }
  }

  private readRules(reader: ConfigReader, skipsResponse: bool, most: i32): void {
    const request: MaskRule[] = [];
    const response: MaskRule[] = [];
    reader.refuseEmptyList("deny_words");
    reader.refuseEmptyList("replace_roles");
    const words = reader.textsOrNumbers("deny_words");
    for (let i = 0; i < words.length; i++) {
      if (words[i].length > most) {
        reader.fail(`deny_words[${i}]`, `must have at most max_match_length (${most}) characters`);
        continue;
      }
      request.push(denyRule(words[i]));
      response.push(denyRule(words[i]));
    }
    const rules = reader.objects("replace_roles");
    for (let i = 0; i < rules.length; i++) {
      const rule = new RuleReader(rules[i], this.secret.byteLength > 0, most);
      rule.read();
      if (rule.request) request.push(rule.request!);
      if (rule.response) response.push(rule.response!);
      if (rule.restores) this.restores = true;
    }
    if (!words.length && !rules.length) reader.refuse("must have deny_words or replace_roles");
    if (this.restores) response.push(restoreRule());
    if (skipsResponse) response.length = 0;
    if (reader.failed) return;
    const error = new PatternError();
    if (request.length) this.request = MaskRules.compile(request, most, error);
    if (response.length) this.response = MaskRules.compile(response, most, error);
    const isWhole = (!request.length || this.request !== null) && (!response.length || this.response !== null);
    if (!isWhole) reader.refuse(`cannot be used: ${error.message}`);
  }
}
