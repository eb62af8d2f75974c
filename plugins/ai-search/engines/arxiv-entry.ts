import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals } from "../../../assembly/bytes/slice";
import { ResultDraft } from "./result-draft";
import { attributeOf, elementIn, XmlElements } from "./xml";

const inner = new XmlElements();

/** Reads the entry of a paper: its title, page, abstract, authors and date. https://info.arxiv.org/help/api/user-manual.html */
export function readEntry(entry: Slice, draft: ResultDraft): void {
  draft.clear();
  inner.unescape(elementIn(entry, "title"), draft.title);
  inner.unescape(elementIn(entry, "summary"), draft.content);
  addLink(entry, draft.link);
  addAuthors(entry, draft.content);
  const published = elementIn(entry, "published");
  if (published != ABSENT) draft.content.text("\nPublication time: ").append(published);
}

/** The page about the paper; without a link of that type, its id. */
function addLink(entry: Slice, out: ByteBuffer): void {
  inner.begin(entry);
  while (inner.next("link")) {
    const href = attributeOf(inner.tag, "href");
    const type = attributeOf(inner.tag, "type");
    if (href == ABSENT || type == ABSENT || !sliceEquals(type, "text/html")) continue;
    inner.unescape(href, out);
    return;
  }
  inner.unescape(elementIn(entry, "id"), out);
}

function addAuthors(entry: Slice, out: ByteBuffer): void {
  let count = 0;
  inner.begin(entry);
  while (inner.next("name")) {
    out.text(count++ ? ", " : "\nAuthors: ");
    inner.unescape(inner.content, out);
  }
}
