import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { jsonContent, jsonFirst, jsonGet, jsonNext } from "../../../json/value";
import { Choice } from "../../hub/choices";
import { Citation, citation, placeOf } from "../../hub/citation";
import { ResponseSink } from "../../hub/response-sink";

/**
 * Gives the sources that a chat names in `annotations` to a sink. OpenRouter adds the `content` of the source.
 * https://platform.openai.com/docs/api-reference/chat/object, https://openrouter.ai/docs/features/web-search
 */
export function readAnnotations(list: Slice, choice: Choice, sink: ResponseSink): void {
  for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
    const cited = jsonGet(item, "url_citation");
    const url = jsonContent(jsonGet(cited, "url"));
    citation.set(url, jsonContent(jsonGet(cited, "title")), jsonContent(jsonGet(cited, "content")));
    citation.place(placeOf(jsonGet(cited, "start_index")), placeOf(jsonGet(cited, "end_index")));
    sink.cite(choice, citation);
  }
}

/** Appends the annotation of a chat for a source of the choice's text. */
export function writeAnnotation(source: Citation, out: ByteBuffer): void {
  out.text('{"type":"url_citation","url_citation":{');
  writeUrlCitation(source, out);
  if (sliceSize(source.quote)) out.text('","content":"').append(source.quote);
  out.text('"}}');
}

/** Appends the members of OpenAI's `url_citation` but for the quote behind them. */
export function writeUrlCitation(source: Citation, out: ByteBuffer): void {
  out.text('"start_index":').integer(source.start).text(',"end_index":').integer(source.end);
  out.text(',"title":"').append(source.title).text('","url":"').append(source.url);
}
