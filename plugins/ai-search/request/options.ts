import { ABSENT, Slice, sliceSize, sliceStartsWith } from "../../../assembly/bytes/slice";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { JsonEdit } from "../../../assembly/json/edit";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonNext,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";

/** The member of a chat that asks for a web search. https://platform.openai.com/docs/api-reference/chat/create */
const OPTIONS = "web_search_options";
/** The types of the tool of Responses begin with it. https://platform.openai.com/docs/guides/tools-web-search */
const TOOL = "web_search";
/** Members that mean nothing, or are refused, without tools. */
const OF_TOOLS: StaticArray<string> = ["tools", "tool_choice", "parallel_tool_calls", "max_tool_calls"];

const tools = new ByteBuffer();

/** What a request says about its search: `web_search_options` of a chat, or the tool `web_search` of Responses. */
export class SearchOptions {
  /** The options; `ABSENT` if the request does not ask for a search. */
  private options: Slice = ABSENT;
  /** Whether the request asks for what an engine cannot be told: only some domains, or no live access to the web. */
  isLimited: bool = false;

  /** Reads the outermost object of a request. */
  read(root: Slice, isResponses: bool): void {
    this.options = isResponses ? searchTool(jsonGet(root, "tools")) : jsonGet(root, OPTIONS);
    this.isLimited = false;
    if (!isResponses || this.options == ABSENT) return;
    const filters = jsonGet(this.options, "filters");
    const isOffline = jsonKind(jsonGet(this.options, "external_web_access")) == JsonKind.False;
    const isChosen = jsonEquals(jsonGet(jsonGet(root, "tool_choice"), "type"), "allowed_tools");
    this.isLimited = isOffline || isChosen || jsonKind(filters) == JsonKind.Object;
  }

  /** Whether the request asks for a search. */
  get areGiven(): bool {
    return this.options != ABSENT;
  }

  /** The most queries: 1, 3 or 5 for the `search_context_size`, else `usual`. */
  queryCount(usual: i32): i32 {
    const size = jsonGet(this.options, "search_context_size");
    if (jsonEquals(size, "low")) return 1;
    if (jsonEquals(size, "medium")) return 3;
    return jsonEquals(size, "high") ? 5 : usual;
  }
}

/** Removes the options from a request that was searched for: the model needs no search, and a provider may not know them. */
export function removeOptions(root: Slice, isResponses: bool, edit: JsonEdit): void {
  if (!isResponses) return edit.remove(OPTIONS);
  const list = jsonGet(root, "tools");
  if (searchTool(list) == ABSENT) return;
  tools.clear();
  const json = new JsonWriter(tools).beginArray();
  let count = 0;
  for (let tool = jsonFirst(list); tool != ABSENT; tool = jsonNext(list, tool)) {
    if (isSearch(tool)) continue;
    json.raw(tool);
    count++;
  }
  json.endArray();
  if (!count) {
    for (let i = 0; i < OF_TOOLS.length; i++) edit.remove(OF_TOOLS[i]);
    return;
  }
  edit.set("tools", tools.slice);
  if (isSearch(jsonGet(root, "tool_choice"))) edit.remove("tool_choice");
}

function searchTool(list: Slice): Slice {
  for (let tool = jsonFirst(list); tool != ABSENT; tool = jsonNext(list, tool)) if (isSearch(tool)) return tool;
  return ABSENT;
}

/** Whether a tool, or the choice of one, is a search: `web_search`, `web_search_preview`, or one of these with a date. */
function isSearch(tool: Slice): bool {
  const type = jsonGet(tool, "type");
  if (jsonKind(type) != JsonKind.String) return false;
  const name = jsonContent(type);
  return sliceStartsWith(name, TOOL) && (sliceSize(name) == TOOL.length || sliceStartsWith(name, TOOL + "_"));
}
