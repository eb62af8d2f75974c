import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { LiteralSet } from "../../assembly/pattern/literal-set";
import { PatternScan } from "../../assembly/pattern/scan";
import { PatternSet } from "../../assembly/pattern/pattern-set";

const scan = new PatternScan();
const folded = new ByteBuffer();

/** One kind of blocked URLs. */
export abstract class UrlRule {
  /** `details` are the response code details of a refusal. */
  constructor(readonly details: string) {}

  /** Whether a path, with its query, is blocked. */
  abstract blocks(path: Slice): bool;
}

/** URLs that are blocked if they are equal, including the query. */
export class ExactUrls extends UrlRule {
  private readonly urls: TextTable = new TextTable();

  constructor(
    urls: string[],
    private readonly isCaseSensitive: bool,
  ) {
    super("request-block.url_blocked.exact");
    for (let i = 0; i < urls.length; i++) this.urls.add(this.comparable(sliceOfBuffer(String.UTF8.encode(urls[i]))));
  }

  blocks(path: Slice): bool {
    return this.urls.find(this.comparable(path)) >= 0;
  }

  private comparable(text: Slice): Slice {
    if (this.isCaseSensitive) return text;
    folded.clear();
    return folded.appendInLowerCase(text).slice;
  }
}

/** Texts that are blocked anywhere in a URL. */
export class UrlKeywords extends UrlRule {
  constructor(private readonly keywords: LiteralSet) {
    super("request-block.url_blocked.keyword");
  }

  blocks(path: Slice): bool {
    this.keywords.begin(scan);
    return this.keywords.feed(scan, path);
  }
}

/** Regular expressions that are blocked where they match a whole URL. */
export class UrlPatterns extends UrlRule {
  constructor(private readonly patterns: PatternSet) {
    super("request-block.url_blocked.regexp");
  }

  blocks(path: Slice): bool {
    return this.patterns.search(path) >= 0;
  }
}
