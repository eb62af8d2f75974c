import { Slice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { MemberScanner } from "../../../assembly/json/member-scanner";
import { JsonError } from "../../../assembly/json/validate";
import { ResponseStream } from "./response-stream";
import { Exchange } from "../exchange";

const document = new JsonDocument();

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
