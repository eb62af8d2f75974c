import { PromptRole } from "../../assembly/ai/prompt/role";
import { PathSuffixes } from "../../assembly/config/path-suffixes";
import { compilePatterns } from "../../assembly/config/pattern-set";
import { ConfigReader } from "../../assembly/config/reader";
import { PatternFlags } from "../../assembly/pattern/flags";
import { PatternSet } from "../../assembly/pattern/pattern-set";

/** The guarding options: without one of them more prompts pass. */
const GUARDS = [
  "deny_patterns",
  "allow_patterns",
  "roles",
  "match_all_roles",
  "case_sensitive",
  "max_request_body_size",
];
const ROLES = ["user", "assistant", "system", "tool"];
const ROLES_AS: PromptRole[] = [PromptRole.User, PromptRole.Assistant, PromptRole.System, PromptRole.Tool];
const WHEN_TOO_LARGE = ["block", "pass"];
const MOST_BYTES: i64 = 1 << 30;
/** The most patterns of a list. */
const MOST_PATTERNS: i32 = 1_000;

/** Which prompts a route lets through. */
export class AiPromptGuardConfig {
  /** No checked message may match one of these; `null` if there are none. */
  denied: PatternSet | null = null;
  /** Each checked message must match one of these; `null` if any may pass. */
  allowed: PatternSet | null = null;
  /** The roles whose texts are checked, one bit each. */
  private roles: u32 = 0;
  /** Whether only the last message of these roles is checked. */
  checksLast: bool = false;
  /** The requests that are checked, by the ends of their paths; `null` for all. */
  private paths: PathSuffixes | null = null;
  /** The most bytes of a body that is checked; 0 for any. */
  mostBytes: i32 = 0;
  /** Whether a larger body passes unchecked. */
  passesLarge: bool = false;
  /** The status of a refusal. */
  status: i32 = 400;
  /** The message of a refusal. */
  message: ArrayBuffer = new ArrayBuffer(0);

  /** Reads the configuration; nothing is inherited. */
  static read(reader: ConfigReader): AiPromptGuardConfig {
    const config = new AiPromptGuardConfig();
    reader.guards(GUARDS);
    const isCaseSensitive = reader.booleanOrText("case_sensitive", true);
    const flags = isCaseSensitive ? PatternFlags.None : PatternFlags.IgnoreCase;
    config.denied = patternsOf(reader, "deny_patterns", flags);
    config.allowed = patternsOf(reader, "allow_patterns", flags);
    config.readRoles(reader);
    config.checksLast = reader.booleanOrText("allow_all_conversation_history", false);
    if (reader.has("enable_path_suffixes")) config.paths = PathSuffixes.read(reader, "enable_path_suffixes");
    config.mostBytes = <i32>reader.integerOrText("max_request_body_size", 0, 0, MOST_BYTES);
    config.passesLarge = reader.choice("on_body_too_large", WHEN_TOO_LARGE, 0) == 1;
    if (config.mostBytes == 0 && reader.has("on_body_too_large"))
      reader.fail("on_body_too_large", "has no effect without max_request_body_size");
    config.status = <i32>reader.integerOrText("blocked_code", 400, 400, 599);
    config.message = String.UTF8.encode(reader.text("blocked_message", "The prompt is not allowed."));
    if (!config.denied && !config.allowed && !reader.failed)
      reader.refuse("must check something with one of deny_patterns, allow_patterns");
    return config;
  }

  /** Whether the texts of a role are checked. A role that no protocol has is checked in any case. */
  checks(role: PromptRole): bool {
    return role == PromptRole.Unknown || (this.roles & (1 << role)) != 0;
  }

  /** Whether the requests of a path are checked. */
  checksPath(path: u64): bool {
    const paths = this.paths;
    return paths === null || paths.match(path);
  }

  private readRoles(reader: ConfigReader): void {
    const all = reader.booleanOrText("match_all_roles", false);
    reader.refuseEmptyList("roles");
    const names = reader.texts("roles");
    if (all && reader.has("roles")) reader.fail("roles", "has no effect with match_all_roles");
    for (let i = 0; i < names.length; i++) {
      const role = ROLES.indexOf(names[i]);
      if (role < 0) reader.fail(`roles[${i}]`, `must be one of ${ROLES.join(", ")}`);
      else this.roles |= 1 << ROLES_AS[role];
    }
    if (all) this.roles = u32.MAX_VALUE;
    else if (!names.length) this.roles = 1 << PromptRole.User;
  }
}

function patternsOf(reader: ConfigReader, key: string, flags: PatternFlags): PatternSet | null {
  reader.refuseEmptyList(key);
  const texts = reader.texts(key);
  // Where the list as a whole fails, each pattern is compiled alone.
  if (texts.length > MOST_PATTERNS) {
    reader.fail(key, `must have at most ${MOST_PATTERNS} patterns`);
    return null;
  }
  return compilePatterns(reader, key, texts, flags);
}
