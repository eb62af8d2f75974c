import { asciiLowerCase } from "../../../../assembly/bytes/lower-case";
import { sliceEqualsIgnoringCase, Slice } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { jsonEquals, jsonPlain } from "../../../../assembly/json/value";

/** The levels by their number, the lowest first, and the names that sensitive data has for them. */
const NAMES: string[] = ["none", "low", "medium", "high", "max"];
const SENSITIVE: string[] = ["s0", "s1", "s2", "s3", "s4"];

/** What a detail of a reply is about, by `Type`. */
export const enum Dimension {
  ContentModeration,
  PromptAttack,
  SensitiveData,
  MaliciousUrl,
  ModelHallucination,
  CustomLabel,
  /** Any other type. */
  None,
}

/** The dimensions as `Type` names them: their options are these names with `LevelBar` and `Action` behind them. */
export const DIMENSIONS: string[] = [
  "contentModeration",
  "promptAttack",
  "sensitiveData",
  "maliciousUrl",
  "modelHallucination",
  "customLabel",
];

/** The dimension of a `Type`. */
export function dimensionOf(type: Slice): Dimension {
  for (let i = 0; i < DIMENSIONS.length; i++) if (jsonEquals(type, DIMENSIONS[i])) return <Dimension>i;
  return Dimension.None;
}

/** The number of a level, a token of JSON: 4 for `max` or `s4` to 0 for `none` or `s0`; -1 for anything else. */
export function levelOf(token: Slice): i32 {
  const name = jsonPlain(token);
  for (let i = 0; i < NAMES.length; i++)
    if (sliceEqualsIgnoringCase(name, NAMES[i]) || sliceEqualsIgnoringCase(name, SENSITIVE[i])) return i;
  return -1;
}

/** Reads an option whose value is a level of at least `least`. */
export function readLevel(reader: ConfigReader, key: string, fallback: i32, least: i32): i32 {
  if (!reader.has(key)) return fallback;
  const name = asciiLowerCase(reader.text(key, "?"));
  const level = max(NAMES.indexOf(name), SENSITIVE.indexOf(name));
  if (level >= least) return level;
  const isSensitive = key == "sensitiveDataLevelBar";
  const choices = isSensitive ? ["S4", "S3", "S2", "S1"] : ["max", "high", "medium", "low"];
  if (least == 0) choices.push("none");
  reader.fail(key, `must be one of ${choices.join(", ")}`);
  return fallback;
}
