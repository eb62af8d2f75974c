import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize, slicesEqual, sliceStartsWith } from "../../../assembly/bytes/slice";
import { JsonEdit } from "../../../assembly/json/edit";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";

/** The member of a chat that asks for a web search. https://platform.openai.com/docs/api-reference/chat/create */
const OPTIONS = "web_search_options";
/**
 * The types of the tool of Responses and Messages begin with it. https://platform.openai.com/docs/guides/tools-web-search ·
 * https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool
 */
const TOOL = "web_search";
/** Members that mean nothing, or are refused, without tools. */
const OF_TOOLS: StaticArray<string> = ["tools", "tool_choice", "parallel_tool_calls", "max_tool_calls"];

const tools = new ByteBuffer();

/** Members that limit a search to some domains. */
const DOMAINS: StaticArray<string> = ["filters", "allowed_domains", "blocked_domains"];

/** What a request says about its search: `web_search_options` of a chat, or the tool of Responses and Messages. */
export class SearchOptions {
  /** The options; `ABSENT` if the request does not ask for a search. */
  private options: Slice = ABSENT;
  /** Whether the request asks for what engines cannot be told: some domains alone, or no live access to the web. */
  isLimited: bool = false;

  /** Reads the outermost object of a request. */
  read(root: Slice, api: Api): void {
    this.isLimited = false;
    const tool = hasTool(api) ? searchTool(jsonGet(root, "tools")) : ABSENT;
    const options = jsonGet(root, OPTIONS);
    this.options = jsonKind(options) == JsonKind.Object ? options : ABSENT;
    if (tool == ABSENT) return;
    const choice = jsonGet(root, "tool_choice");
    // The model may call no tool, so that none was to search.
    if (!jsonEquals(choice, "none") && !jsonEquals(jsonGet(choice, "type"), "none")) this.options = tool;
    const isOffline = jsonKind(jsonGet(tool, "external_web_access")) == JsonKind.False;
    this.isLimited = isOffline || jsonEquals(jsonGet(choice, "type"), "allowed_tools");
    for (let i = 0; i < DOMAINS.length; i++) if (namesDomains(jsonGet(tool, DOMAINS[i]))) this.isLimited = true;
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
export function removeOptions(root: Slice, api: Api, edit: JsonEdit): void {
  edit.remove(OPTIONS);
  const list = hasTool(api) ? jsonGet(root, "tools") : ABSENT;
  const first = searchTool(list);
  if (first == ABSENT) return;
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
  const choice = jsonGet(root, "tool_choice");
  const name = jsonContent(jsonGet(first, "name"));
  const isNamed = sliceSize(name) > 0 && slicesEqual(jsonContent(jsonGet(choice, "name")), name);
  if (isSearch(choice) || isNamed) edit.remove("tool_choice");
}

/** Whether a list has members, or an object a member that is no empty list. */
function namesDomains(value: Slice): bool {
  if (jsonKind(value) == JsonKind.Array) return jsonFirst(value) != ABSENT;
  if (jsonKind(value) != JsonKind.Object) return false;
  for (let key = jsonFirstKey(value); key != ABSENT;) {
    const member = jsonMemberValue(value, key);
    const kind = jsonKind(member);
    if (kind != JsonKind.Null && (kind != JsonKind.Array || jsonFirst(member) != ABSENT)) return true;
    key = jsonNextKey(value, member);
  }
  return false;
}

function hasTool(api: Api): bool {
  return api == Api.Responses || api == Api.Messages;
}

function searchTool(list: Slice): Slice {
  for (let tool = jsonFirst(list); tool != ABSENT; tool = jsonNext(list, tool)) if (isSearch(tool)) return tool;
  return ABSENT;
}

/** Whether a tool, or the choice of one, is a search: `web_search`, `web_search_preview`, `web_search_20250305` and the like. */
function isSearch(tool: Slice): bool {
  const type = jsonGet(tool, "type");
  if (jsonKind(type) != JsonKind.String) return false;
  const name = jsonContent(type);
  return sliceStartsWith(name, TOOL) && (sliceSize(name) == TOOL.length || sliceStartsWith(name, TOOL + "_"));
}
