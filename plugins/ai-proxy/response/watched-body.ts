import { Slice, startsWithIgnoringCase } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";
import { JsonDocument } from "../../../assembly/json/document";
import { MemberScanner } from "../../../assembly/json/member-scanner";
import { JsonError } from "../../../assembly/json/validate";
import { ResponseStream } from "./response-stream";
import { Exchange } from "../exchange";
import { tellsUsage } from "./usage-tap";

const document = new JsonDocument();

/** Whether a response in the client's protocol may have usage, to be read or dropped. */
export function isWatched(exchange: Exchange, isStream: bool, headers: HeaderMap): bool {
  if (!tellsUsage(exchange.api)) return false;
  if (!isStream) return startsWithIgnoringCase(headers.get("content-type"), "application/json");
  return exchange.includeUsage || !exchange.config.disableStreamUsageStats;
}

/** A whole response in OpenAI's protocol that passes as it arrives, while its `usage` is searched for. */
export class WatchedBody extends ResponseStream {
  private readonly scanner: MemberScanner = new MemberScanner("usage");
  private isRead: bool = false;

  constructor(private readonly exchange: Exchange) {
    super();
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    const scanner = this.scanner;
    if (this.isRead) return chunk;
    scanner.push(chunk);
    if (!scanner.hasEnded) return chunk;
    this.isRead = true;
    if (document.parse(scanner.value) == JsonError.None) this.exchange.usage.read(document.root);
    return chunk;
  }

  override get isDone(): bool {
    return this.isRead;
  }

  /** Makes it ready for another response. */
  reset(): void {
    this.scanner.reset();
    this.isRead = false;
  }

  free(): void {
    this.scanner.dispose();
  }
}
