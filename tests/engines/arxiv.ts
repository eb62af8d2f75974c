// SPDX-License-Identifier: Apache-2.0
// https://info.arxiv.org/help/api/user-manual.html
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { isRefusal, isWithin, pagesFor, parametersOf } from "./pages.ts";

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const feed = (status: number, entries: string): ProviderReply => ({
  status,
  headers: [["content-type", "application/atom+xml; charset=utf-8"]],
  chunks: [
    Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n  <title type="html">ArXiv Query</title>\n${entries}</feed>`,
    ),
  ],
});

/** The API of arXiv. */
export const arxiv: Dialect = { name: "arxiv", handle };

function handle(request: ProviderRequest): ProviderReply {
  const query = parametersOf(request, "/api/query");
  if (isRefusal(query)) return query;
  const search = query.get("search_query") ?? "";
  const isRight = /^(all|ti|cat):[^:()"]+( AND (all|cat):[^:()"]+)*$/.test(search);
  if (!isRight || !isWithin(query.get("max_results"), 1, 2000) || !isWithin(query.get("start"), 0, 30_000))
    return feed(400, "<entry><title>Error</title><summary>malformed query</summary></entry>");
  const entries = pagesFor(search).map(
    ({ title, text }, i) => `  <entry>
    <id>http://arxiv.org/abs/2601.0000${i}v1</id>
    <published>2026-01-0${i + 1}T00:00:00Z</published>
    <title>${escaped(title)}</title>
    <summary>  ${escaped(text)}
</summary>
    <author><name>A. Author</name></author>
    <author><name>B. Author</name></author>
    <link href="http://arxiv.org/abs/2601.0000${i}v1" rel="alternate" type="text/html"/>
    <link title="pdf" href="http://arxiv.org/pdf/2601.0000${i}v1" rel="related" type="application/pdf"/>
  </entry>
`,
  );
  return feed(200, entries.join(""));
}
