import { Slice } from "../../../assembly/bytes/slice";
import { jsonEquals, jsonGet } from "../../../assembly/json/value";

/** The member of a request that asks for a web search. https://platform.openai.com/docs/api-reference/chat/create */
export const OPTIONS = "web_search_options";

/** The most queries for a request with these options: 1, 3 or 5 for its `search_context_size`, else `usual`. */
export function queryCount(options: Slice, usual: i32): i32 {
  const size = jsonGet(options, "search_context_size");
  if (jsonEquals(size, "low")) return 1;
  if (jsonEquals(size, "medium")) return 3;
  return jsonEquals(size, "high") ? 5 : usual;
}
