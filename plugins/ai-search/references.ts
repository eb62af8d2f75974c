import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../assembly/bytes/slice";
import { jsonAt, jsonFirst, jsonNext, jsonUnescape } from "../../assembly/json/value";
import { escapeJson, JsonWriter } from "../../assembly/json/writer";
import { appendMarkdown } from "./result-texts";
import { ResultList } from "./results";
import { Template } from "./template";

const KEPT_BYTES: i32 = 16 << 10;

const list = new ByteBuffer();
const title = new ByteBuffer();
const text = new ByteBuffer();

/** What `writeSources` writes of no sources. */
export const NO_SOURCES = "[]";

/** Writes the sources of a request as a JSON array of `[title, link]`. */
export function writeSources(results: ResultList, out: ByteBuffer): void {
  const json = new JsonWriter(out).beginArray();
  results.rewind();
  while (results.next()) json.beginArray().text(results.title).text(results.link).endArray();
  json.endArray();
}

/** The number of sources in what `writeSources` has written. */
export function sourceCount(sources: Slice): i32 {
  let count = 0;
  for (let source = jsonFirst(sources); source != ABSENT; source = jsonNext(sources, source)) count++;
  return count;
}

/** Appends the references, as the content of a JSON string: `[1] [title](link)` and so on, in the format of the configuration. */
export function writeReferences(format: Template, sources: Slice, out: ByteBuffer): void {
  list.clear();
  let number = 0;
  for (let source = jsonFirst(sources); source != ABSENT; source = jsonNext(sources, source)) {
    if (number) list.text("\n\n");
    title.clear();
    jsonUnescape(jsonFirst(source), title);
    list.byte(0x5b).integer(++number).text("] [");
    appendMarkdown(title.slice, list);
    list.text("](");
    jsonUnescape(jsonAt(source, 1), list);
    list.byte(0x29);
  }
  text.clear();
  format.write(list.slice, ABSENT, ABSENT, text);
  escapeJson(text.slice, out);
  list.release(KEPT_BYTES);
  text.release(KEPT_BYTES);
}
