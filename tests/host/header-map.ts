// SPDX-License-Identifier: Apache-2.0
/** One header: a lower-case name and its value. */
export type HeaderPair = [name: string, value: string];

// Headers that Envoy keeps in one slot: a second value is joined to the first. The two lists are those of
// envoy/http/header_map.h (INLINE_*_HEADERS) and of the custom inline headers that the built-in filters register.
const IN_ONE_SLOT = new Set(
  `:authority :method :path :protocol :scheme :status accept accept-encoding authorization cache-control connection
  content-encoding content-length content-type date etag expect grpc-timeout keep-alive origin pragma proxy-connection
  server te transfer-encoding upgrade user-agent vary via x-forwarded-for x-forwarded-host x-forwarded-proto
  x-request-id`.split(/\s+/),
);

/** Headers or trailers with the semantics of Envoy's header map, as far as a plugin can tell. */
export class HeaderMap {
  private entries: HeaderPair[];

  constructor(entries: Iterable<readonly [string, string]> = []) {
    this.entries = [];
    for (const [name, value] of entries) this.add(name, value);
  }

  /** The number of entries. */
  get size(): number {
    return this.entries.length;
  }

  /** The bytes of all names and values, as `proxy_get_header_map_size` counts them. */
  get byteSize(): number {
    return this.entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  }

  /** The first value of a name. */
  get(name: string): string | undefined {
    const key = keyOf(name);
    return this.entries.find((entry) => entry[0] === key)?.[1];
  }

  /** Every value of a name. */
  getAll(name: string): string[] {
    const key = keyOf(name);
    return this.entries.filter((entry) => entry[0] === key).map((entry) => entry[1]);
  }

  add(name: string, value: string): void {
    const key = keyOf(name);
    const slot = IN_ONE_SLOT.has(key) ? this.entries.find((entry) => entry[0] === key) : undefined;
    if (slot) slot[1] = slot[1] === "" ? value : value === "" ? slot[1] : `${slot[1]},${value}`;
    else if (key.startsWith(":")) this.entries.splice(this.pseudoCount(), 0, [key, value]);
    else this.entries.push([key, value]);
  }

  /** Puts one value in place of all values of the name. */
  set(name: string, value: string): void {
    const key = keyOf(name);
    const first = this.entries.find((entry) => entry[0] === key);
    if (!first) return this.add(key, value);
    first[1] = value;
    this.entries = this.entries.filter((entry) => entry === first || entry[0] !== key);
  }

  remove(name: string): void {
    const key = keyOf(name);
    this.entries = this.entries.filter((entry) => entry[0] !== key);
  }

  clear(): void {
    this.entries = [];
  }

  /** The first name whose value no message can carry. */
  get unsendable(): string | undefined {
    return this.entries.find(([, value]) => !isSendable(value))?.[0];
  }

  /** All entries in order, pseudo headers first. */
  pairs(): HeaderPair[] {
    return this.entries.map(([name, value]) => [name, value]);
  }

  private pseudoCount(): number {
    return this.entries.filter(([name]) => name.startsWith(":")).length;
  }
}

/** Control characters: Envoy cannot send a message with one of them in a header. */
const UNSENDABLE = /[\0-\x08\x0a-\x1f\x7f]/;

/** Whether a text can stand in a header. */
export const isSendable = (text: string): boolean => !UNSENDABLE.test(text);

// To Envoy `host` is another name of `:authority`.
function keyOf(name: string): string {
  const lower = name.toLowerCase();
  return lower === "host" ? ":authority" : lower;
}
