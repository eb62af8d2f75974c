import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../assembly/bytes/slice";
import { JsonDocument } from "../../assembly/json/document";
import { jsonEquals, jsonKind, JsonKind, jsonText } from "../../assembly/json/value";
import { AiPromptTemplateConfig } from "./config";

/** A body may become so many times as long, and so many bytes longer. */
const GROWTH: i64 = 8;
const FREE_BYTES: i64 = 1 << 20;
/** A longer name is that of no template. */
const LONGEST_NAME: i32 = 1024;

/** What became of a body. */
export const enum Expansion {
  /** It asks for no template. */
  None,
  Done,
  /** `template` is no string, or `properties` no object. */
  Invalid,
  UnknownTemplate,
  MissingProperty,
  TooLong,
}

/** The property that is missing, after `MissingProperty`. */
export class MissingProperty {
  /** Its name. */
  name: string = "";
}

/** Writes the body that a request for a template stands for: the members of the template, then the client's others. */
export function expand(
  config: AiPromptTemplateConfig,
  body: JsonDocument,
  out: ByteBuffer,
  missing: MissingProperty,
): Expansion {
  const name = body.get("template");
  const properties = body.get("properties");
  if (name == ABSENT || properties == ABSENT) return Expansion.None;
  if (jsonKind(name) != JsonKind.String || jsonKind(properties) != JsonKind.Object) return Expansion.Invalid;
  const key = sliceSize(name) > LONGEST_NAME ? "" : jsonText(name);
  if (!config.templates.has(key)) return Expansion.UnknownTemplate;
  const template = config.templates.get(key);
  missing.name = template.missing(properties);
  if (missing.name.length) return Expansion.MissingProperty;
  const limit = <i32>min<i64>(<i64>sliceSize(body.text) * GROWTH + FREE_BYTES, i32.MAX_VALUE >> 1);
  out.byte(0x7b);
  if (!template.write(properties, out, limit)) return Expansion.TooLong;
  let isFirst = template.isEmpty;
  for (let i = 0; i < body.count; i++) {
    const member: Slice = body.keyAt(i);
    if (jsonEquals(member, "template") || jsonEquals(member, "properties") || template.has(member)) continue;
    if (!isFirst) out.byte(0x2c);
    isFirst = false;
    out.append(member).byte(0x3a).append(body.valueAt(i));
  }
  out.byte(0x7d);
  return Expansion.Done;
}
