import { ByteBuffer } from "../../../bytes/buffer";
import { Slice, sliceSize } from "../../../bytes/slice";
import { jsonContent, jsonGet } from "../../../json/value";
import { Citation, citation } from "../../hub/citation";

/**
 * Reads a citation of a text block. One of a document of the request names no page: it has no URL.
 * https://platform.claude.com/docs/en/build-with-claude/citations
 */
export function readCitation(value: Slice): void {
  const title = jsonContent(jsonGet(value, "title"));
  citation.set(jsonContent(jsonGet(value, "url")), title, jsonContent(jsonGet(value, "cited_text")));
}

/**
 * Appends the citation of a page. `encrypted_index`, by which Anthropic knows its own results again, is empty: so the gateway
 * recognizes what Anthropic does not take back.
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool#citations
 */
export function writeCitation(source: Citation, out: ByteBuffer): void {
  out.text('{"type":"web_search_result_location","url":"').append(source.url).text('","title":');
  if (sliceSize(source.title)) out.byte(0x22).append(source.title).byte(0x22);
  else out.text("null");
  out.text(',"encrypted_index":"","cited_text":"').append(source.quote).text('"}');
}
