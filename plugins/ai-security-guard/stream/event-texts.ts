import { NameList } from "../../../assembly/ai/name-list";
import { wordHashOf } from "../../../assembly/bytes/hash";
import { Slice, sliceEndsWith, sliceStartsWith } from "../../../assembly/bytes/slice";
import { MAX_DEPTH } from "../../../assembly/json/validate";
import { jsonGet, jsonInteger, JsonKind, jsonKind } from "../../../assembly/json/value";
import { JsonWalker } from "../../../assembly/json/walker";
import { Lanes } from "./lanes";

/** Members that no model writes: names and values of a protocol, what repeats the request, usage, errors, and media. */
const OTHERS = new NameList(
  "role type id status index tool_call_id tool_use_id call_id item_id response_id previous_response_id signature thoughtSignature " +
    "encrypted_content cache_control stop_reason stop_sequence finish_reason object model name url image_url file_id file_data b64_json " +
    "media_type mime_type format detail system_fingerprint service_tier created created_at tool_choice include modalities effort verbosity " +
    "prompt_cache_key safety_identifier truncation generate_summary usage usageMetadata error incomplete_details instructions tools metadata " +
    "user prompt logprobs obfuscation data partial_image_b64 result provider " +
    "billing prompt_cache_retention",
);
/** The numbers that tell the texts of events apart. */
const PLACES: StaticArray<string> = ["index", "output_index", "content_index", "summary_index"];

/** Objects of lists that are no deeper tell their `index`. */
const DEEPEST = 6;

const walker = new JsonWalker();
const isObject = new StaticArray<bool>(MAX_DEPTH + 1);
const hashes = new StaticArray<u64>(MAX_DEPTH + 1);
const positions = new StaticArray<i32>(MAX_DEPTH + 1);

/** Adds the texts of an event, valid JSON of `type`, in any protocol: all strings but those whose name says that no model writes them. Returns their characters. */
export function addTexts(lanes: Lanes, json: Slice, type: Slice): i32 {
  let base = wordHashOf(type);
  for (let i = 0; i < PLACES.length; i++) base = base * 31 + <u64>jsonInteger(jsonGet(json, PLACES[i]), -1);
  // The last events of Responses repeat all that came before. A first piece of another choice is no such text: more of it follows.
  const mayRepeat = sliceStartsWith(type, "response.") && !sliceEndsWith(type, ".delta");
  walker.start(json);
  const isRootObject = walker.enterObject();
  if (!isRootObject && !walker.enterArray())
    return jsonKind(json) == JsonKind.String ? lanes.add(base, json, mayRepeat) : 0;
  let count = 0;
  let depth = 0;
  unchecked((isObject[0] = isRootObject));
  unchecked((hashes[0] = base));
  unchecked((positions[0] = 0));
  while (depth >= 0) {
    const inObject = unchecked(isObject[depth]);
    if (!(inObject ? walker.nextMember() : walker.nextElement())) {
      depth--;
      continue;
    }
    let hash = unchecked(hashes[depth]);
    if (inObject) {
      if (OTHERS.has(walker.key)) {
        walker.value();
        continue;
      }
      hash = wordHashOf(walker.key, hash);
    } else {
      const position = unchecked(positions[depth]);
      unchecked((positions[depth] = position + 1));
      hash =
        hash * 31 +
        <u64>(depth < DEEPEST && walker.isAtObject ? jsonInteger(jsonGet(walker.peek(), "index"), position) : position);
    }
    const isNested = walker.enterObject();
    if (isNested || walker.enterArray()) {
      depth++;
      unchecked((isObject[depth] = isNested));
      unchecked((hashes[depth] = hash));
      unchecked((positions[depth] = 0));
      continue;
    }
    // `summary` is a setting where it is no list.
    const isSetting = inObject && walker.keyIs("summary");
    const value = walker.value();
    if (jsonKind(value) == JsonKind.String && !isSetting) count += lanes.add(hash, value, mayRepeat);
  }
  return count;
}
