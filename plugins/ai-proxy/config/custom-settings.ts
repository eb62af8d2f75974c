import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { bufferOf, ABSENT, Slice, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { JsonError } from "../../../assembly/json/validate";
import { JsonWriter } from "../../../assembly/json/writer";
import { jsonAt, jsonGet, JsonKind, jsonKind } from "../../../assembly/json/value";
import { isPlainPath, isPosition, settingPath } from "./setting-path";

/** A value that is set in every request, at a path of names in its JSON. */
export class CustomSetting {
  constructor(
    readonly path: string[],
    /** The JSON value. */
    readonly value: ArrayBuffer,
    readonly overwrites: bool,
  ) {}

  /** How many of the names lead to what it changes in the current request; 0 if it changes nothing. */
  changedDepth: i32 = 0;
}

/** Each may cost a walk through the request. */
const MOST_SETTINGS = 32;
/** A name of more characters is refused. */
const LONGEST_NAME = 1024;

/** The names of settings in OpenAI's API. */
export const OPENAI_SETTINGS = ["max_tokens", "temperature", "top_p", "seed"];

const edit = new JsonEdit();
const raw = new ByteBuffer();
const writer = new JsonWriter(raw);
// The result of one setting is read for the next one: two buffers alternate.
const texts: ByteBuffer[] = [new ByteBuffer(), new ByteBuffer()];
const KEPT_BYTES = 256 * 1024;

/** Reads `customSettings`; `names` are the valid ones, `holder` the object that has them ("" for the request itself). */
export function readCustomSettings(names: string[], holder: string, reader: ConfigReader): CustomSetting[] {
  const settings: CustomSetting[] = [];
  const items = reader.objects("customSettings");
  if (items.length > MOST_SETTINGS) {
    reader.fail("customSettings", `has more than ${MOST_SETTINGS} settings`);
    return settings;
  }
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    const name = item.requiredText("name");
    const isRaw = item.choice("mode", ["auto", "raw"], 0) == 1;
    const overwrites = item.booleanOrText("overwrite", true);
    const value = item.value("value");
    if (value == ABSENT) item.fail("value", "is required");
    if (name.length > LONGEST_NAME) {
      item.fail("name", `has more than ${LONGEST_NAME} characters`);
      continue;
    }
    const isKnown = isRaw || names.includes(name);
    if (!isKnown && name.length) item.warn("name", `must be one of ${names.join(", ")}; it has no effect`);
    if (isRaw && !isPlainPath(name)) item.fail("name", "must be names divided by dots, without wildcards");
    if (!isKnown || value == ABSENT) continue;
    settings.push(new CustomSetting(settingPath(name, holder, isRaw), bufferOf(value), overwrites));
  }
  return settings;
}

/** Applies the settings to a request and parses it again; returns whether anything changed. */
export function applySettings(settings: CustomSetting[], request: JsonDocument): bool {
  let changed = false;
  let turn = 0;
  for (let from = 0; from < settings.length;) {
    edit.begin(request);
    let to = from;
    // Settings that do not meet are applied in one edit; the request is then written and parsed again.
    do put(settings[to++], request);
    while (to < settings.length && !meetsAny(settings, from, to));
    from = to;
    if (!edit.changed) continue;
    const text = unchecked(texts[turn]);
    text.release(KEPT_BYTES);
    edit.write(text);
    if (request.parse(text.slice) != JsonError.None) return changed;
    changed = true;
    turn = 1 - turn;
  }
  return changed;
}

/** Whether a setting leads to or through what one of those before it changes. */
function meetsAny(settings: CustomSetting[], from: i32, setting: i32): bool {
  const path = settings[setting].path;
  for (let i = from; i < setting; i++) {
    const depth = settings[i].changedDepth;
    if (depth > 0 && depth <= path.length && sharesNames(settings[i].path, path, depth)) return true;
  }
  return false;
}

/** Two names may be the same position of a list. */
function sharesNames(one: string[], other: string[], count: i32): bool {
  for (let i = 0; i < count; i++) {
    if (one[i] != other[i] && !(isPosition(one[i]) && parseInt(one[i]) == parseInt(other[i]))) return false;
  }
  return true;
}

function put(setting: CustomSetting, request: JsonDocument): void {
  const path = setting.path;
  let holder = request.root;
  let depth = 0;
  setting.changedDepth = 0;
  for (; depth < path.length; depth++) {
    const value = depth == 0 && request.isObject ? request.get(path[0]) : memberOf(holder, path[depth]);
    if (value == ABSENT) break;
    const isContainer = jsonKind(value) == JsonKind.Object || jsonKind(value) == JsonKind.Array;
    if (depth + 1 == path.length || !isContainer) {
      if (!setting.overwrites) return;
      setting.changedDepth = depth + 1;
      edit.replace(value, nested(setting, depth + 1));
      return;
    }
    holder = value;
  }
  if (jsonKind(holder) != JsonKind.Object) return;
  setting.changedDepth = depth + 1;
  edit.insertMember(holder, path[depth], nested(setting, depth + 1));
}

function memberOf(holder: Slice, name: string): Slice {
  if (jsonKind(holder) != JsonKind.Array) return jsonGet(holder, name);
  return isPosition(name) ? jsonAt(holder, <i32>parseInt(name)) : ABSENT;
}

/** The value, inside as many objects as the rest of its path has names. */
function nested(setting: CustomSetting, from: i32): Slice {
  raw.clear();
  writer.reset();
  for (let i = from; i < setting.path.length; i++) writer.beginObject().key(setting.path[i]);
  writer.raw(sliceOfBuffer(setting.value));
  for (let i = from; i < setting.path.length; i++) writer.endObject();
  return raw.slice;
}
