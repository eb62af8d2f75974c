import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { jsonFirst, jsonGet, jsonNext } from "../../../assembly/json/value";
import { ResultSink } from "./engine";
import { ResultDraft } from "./result-draft";

/** Reads the items of a list, whose members with these names are the title, the link and the content. */
export function readItems(
  list: Slice,
  title: string,
  link: string,
  content: string,
  draft: ResultDraft,
  sink: ResultSink,
): void {
  for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
    draft.begin(jsonGet(item, title), jsonGet(item, link), jsonGet(item, content));
    if (!sink.take(draft)) return;
  }
}
