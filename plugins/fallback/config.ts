import { ROUTED_MODEL_HEADER } from "../../assembly/ai/contract";
import { headerOption } from "../../assembly/config/model-options";
import { isPrintable } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { Conditions } from "./conditions";
import { readDuration } from "./duration";
import { ReplayConfig } from "./replay/replay-config";
import { Target } from "./target";

/** The most targets of a route, beside the route itself. */
const MOST_TARGETS = 16;
const MOST_WEIGHT = 1_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/** What `fallback` does with the requests of a route. */
export class FallbackConfig {
  /** The targets that are tried after the route itself, in order. */
  targets: Target[] = [];
  /** The failures after which the next one is tried. */
  on: Conditions = new Conditions();
  /** The request header by which routes match the model. */
  modelHeader: string = ROUTED_MODEL_HEADER;
  /** How long a target is skipped after a failure, in milliseconds; 0 for not at all. */
  cooldown: i64 = 30_000;
  /** The longest cooldown, in milliseconds. */
  maxCooldown: i64 = 600_000;
  /** The time until a streamed response begins, in milliseconds; 0 for no limit. A server that hangs is left without an option. */
  firstEventTimeout: i64 = 60_000;
  /** The same for any other response. */
  responseTimeout: i64 = 300_000;
  /** The time for all attempts, in milliseconds; 0 for no limit. */
  deadline: i64 = 0;
  /** A failure that comes later is not followed by another target, in milliseconds; 0 for no limit. */
  retryWithin: i64 = 0;
  /** The most attempts at targets; 0 for no limit beside the number of targets. */
  maxAttempts: i32 = 0;
  /** How long a stream is held for its first content, in milliseconds. */
  holdTime: i64 = 30_000;
  /** How many bytes of a stream are held for its first content. */
  holdBytes: i32 = 65_536;
  /** How a request is sent again where the plugin does not stand in the router's chain; `null` for a redirect. */
  replay: ReplayConfig | null = null;

  /** Whether there is any target to fall back to. */
  get isArmed(): bool {
    return this.targets.length > 0;
  }

  /** Reads the configuration. A rule and a route inherit every option that they do not set. */
  static read(reader: ConfigReader, inherited: FallbackConfig | null): FallbackConfig {
    const config = new FallbackConfig();
    const from = inherited ? inherited : config;
    config.targets = reader.has("targets") ? readTargets(reader) : from.targets;
    config.on = Conditions.read(reader, inherited ? inherited.on : null);
    config.modelHeader = headerOption(reader, "modelToHeader", from.modelHeader);
    config.cooldown = readDuration(reader, "cooldown", from.cooldown, 0, DAY);
    config.maxCooldown = readDuration(reader, "max_cooldown", max(from.maxCooldown, config.cooldown), 1, DAY);
    if (config.maxCooldown < config.cooldown) reader.fail("max_cooldown", "must not be less than cooldown");
    config.firstEventTimeout = readDuration(reader, "first_event_timeout", from.firstEventTimeout, 0, HOUR);
    config.responseTimeout = readDuration(reader, "response_timeout", from.responseTimeout, 0, HOUR);
    config.deadline = readDuration(reader, "deadline", from.deadline, 1, HOUR);
    config.retryWithin = reader.integer("retry_within_ms", from.retryWithin, 1, HOUR);
    config.maxAttempts = <i32>reader.integer("max_attempts", from.maxAttempts, 1, MOST_TARGETS + 1);
    config.holdTime = reader.integer("hold_ms", from.holdTime, 0, HOUR);
    config.holdBytes = <i32>reader.integer("hold_bytes", from.holdBytes, 0, 1 << 20);
    config.replay = ReplayConfig.read(reader, from.replay);
    return config;
  }
}

function readTargets(reader: ConfigReader): Target[] {
  const targets: Target[] = [];
  reader.refuseEmptyList("targets");
  const objects = reader.objects("targets");
  if (objects.length > MOST_TARGETS) {
    reader.fail("targets", `must not have more than ${MOST_TARGETS} items`);
    return targets;
  }
  const names: string[] = [];
  for (let i = 0; i < objects.length; i++) {
    const object = objects[i];
    const name = object.requiredText("name");
    if (!isPrintable(name)) object.fail("name", "must be printable ASCII");
    else if (names.includes(name)) object.fail("name", "is the name of another target");
    names.push(name);
    const model = object.text("model");
    if (!isPrintable(model)) object.fail("model", "must be printable ASCII");
    targets.push(new Target(name, model, <i32>object.integer("weight", 0, 1, MOST_WEIGHT)));
  }
  return targets;
}
