import { ABSENT, Slice } from "../../../assembly/bytes/slice";

/** What an engine searches. */
export const enum EngineKind {
  /** The web. */
  Internet,
  /** An index of the operator's own. */
  Private,
  /** Scientific papers. */
  Arxiv,
}

/** The kind of a query for all engines. */
export const ANY_KIND: i32 = -1;

/** One query. The slices are valid during a call of the engine. */
export class SearchQuery {
  /** An `EngineKind`, or `ANY_KIND`. */
  kind: i32 = ANY_KIND;
  /** The words, as UTF-8; terms of papers and private indices have commas between them. */
  text: Slice = ABSENT;
  /** The category of papers; empty for all. */
  category: Slice = ABSENT;
}
