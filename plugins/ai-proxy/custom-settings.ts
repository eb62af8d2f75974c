import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, sliceStart } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { JsonError } from "../../assembly/json/validate";
import { JsonWriter } from "../../assembly/json/writer";
import { jsonAt, jsonGet, JsonKind, jsonKind } from "../../assembly/json/value";
import { isPlainPath, isPosition, settingPath } from "./setting-path";

/** A value that is put into every request, at a path of names inside its JSON. */
export class CustomSetting {
  constructor(
    readonly path: string[],
    /** The JSON value. */
    readonly value: ArrayBuffer,
    readonly overwrites: bool,
  ) {}
}

/** The settings that OpenAI's language has. */
export const OPENAI_SETTINGS = ["max_tokens", "temperature", "top_p", "seed"];

const edit = new JsonEdit();
const raw = new ByteBuffer();
const writer = new JsonWriter(raw);
// What one setting makes of the request is read for the next one: two texts take turns.
const texts: ByteBuffer[] = [new ByteBuffer(), new ByteBuffer()];
const KEPT_BYTES = 256 * 1024;

/** Reads `customSettings`: which names there are, and the object in which they stand ("" for the request itself). */
export function readCustomSettings(names: string[], holder: string, reader: ConfigReader): CustomSetting[] {
  const settings: CustomSetting[] = [];
  const items = reader.objects("customSettings");
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    const name = item.requiredText("name");
    const isRaw = item.choice("mode", ["auto", "raw"], 0) == 1;
    const overwrites = item.booleanOrText("overwrite", true);
    const value = item.value("value");
    if (value == ABSENT) item.fail("value", "is required");
    const isKnown = isRaw || names.includes(name);
    if (!isKnown && name.length) item.warn("name", `must be one of ${names.join(", ")}; it has no effect`);
    if (isRaw && !isPlainPath(name)) item.fail("name", "must be names divided by dots, without wildcards");
    if (!isKnown || value == ABSENT) continue;
    const copy = new ArrayBuffer(sliceSize(value));
    memory.copy(changetype<usize>(copy), sliceStart(value), sliceSize(value));
    settings.push(new CustomSetting(settingPath(name, holder, isRaw), copy, overwrites));
  }
  return settings;
}

/** Puts the settings into a request, which is then parsed anew; gives whether anything changed. */
export function applySettings(settings: CustomSetting[], request: JsonDocument): bool {
  let changed = false;
  let turn = 0;
  for (let i = 0; i < settings.length; i++) {
    edit.begin(request);
    put(settings[i], request);
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

function put(setting: CustomSetting, request: JsonDocument): void {
  const path = setting.path;
  let holder = request.root;
  let depth = 0;
  for (; depth < path.length; depth++) {
    const value = memberOf(holder, path[depth]);
    if (value == ABSENT) break;
    const isContainer = jsonKind(value) == JsonKind.Object || jsonKind(value) == JsonKind.Array;
    if (depth + 1 == path.length || !isContainer) {
      if (setting.overwrites) edit.replace(value, nested(setting, depth + 1));
      return;
    }
    holder = value;
  }
  if (jsonKind(holder) == JsonKind.Object) edit.insertMember(holder, path[depth], nested(setting, depth + 1));
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
