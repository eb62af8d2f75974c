// SPDX-License-Identifier: Apache-2.0
import { HeaderMap } from "./header-map.ts";
import type { MessageSink } from "./message-sink.ts";

/** What went over the wire on one side of an exchange: to the provider, or to the client. */
export class Side {
  headers: HeaderMap | null = null;
  readonly body: Buffer[] = [];
  trailers: HeaderMap | null = null;
  headersOnly = false;
  /** `open` until the last byte; `reset` when the connection was cut instead. */
  end: "open" | "clean" | "reset" = "open";

  constructor(
    private readonly what: "request" | "response",
    private readonly needed: string[],
    private readonly violate: (what: string) => void,
  ) {}

  get bodyBytes(): Buffer {
    return Buffer.concat(this.body);
  }

  /** The way onto the wire; `ended` is called behind the last byte. */
  sink(ended: () => void = () => this.complete()): MessageSink {
    return {
      headers: (headers, end) => {
        this.start(headers, end);
        if (end) ended();
      },
      data: (data, end) => {
        this.write(data);
        if (end) ended();
      },
      trailers: (trailers) => {
        this.trailers = trailers;
        ended();
      },
    };
  }

  /** The headers go out; `end` where nothing follows them. */
  start(headers: HeaderMap, end: boolean): void {
    this.headersOnly = end;
    // A copy: what a plugin changes afterwards comes too late.
    this.headers = new HeaderMap(headers.pairs());
    for (const name of this.needed) {
      if (!headers.get(name)) this.violate(`the ${this.what} goes out without ${name}`);
    }
  }

  write(data: Buffer): void {
    if (data.length > 0) this.body.push(data);
  }

  /** The end of the message. A length that does not fit would break the connection. */
  complete(bodyless = false): void {
    this.end = "clean";
    const declared = this.headers?.get("content-length");
    const actual = this.bodyBytes.length;
    if (declared !== undefined && Number(declared) !== actual && !bodyless) {
      this.violate(`the ${this.what} has content-length ${declared} and a body of ${actual} bytes`);
    }
  }
}
