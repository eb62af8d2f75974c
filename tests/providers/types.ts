// SPDX-License-Identifier: Apache-2.0

/** One header or trailer as it stands on the wire: a lower-case name and its value. */
export type HeaderPair = [name: string, value: string];

/** One request as a provider receives it. Header names are lower case; pseudo headers are not in `headers`. */
export interface ProviderRequest {
  method: string;
  /** With the query. */
  path: string;
  /** `:authority`, or `host` on HTTP/1.1, which then is not repeated in `headers`. */
  authority: string;
  headers: HeaderPair[];
  body: Buffer;
}

/** What a provider answers. `chunks` are written one by one, `delayMs` between them when a script asks for it. */
export interface ProviderReply {
  status: number;
  headers: HeaderPair[];
  chunks: Buffer[];
  trailers?: HeaderPair[];
  /** `cut`: connection reset after the chunks; `hang`: never ends; `refuse`: no answer at all. Default `clean`. */
  end?: "clean" | "cut" | "hang" | "refuse";
  delayMs?: number;
}

/** A provider's own dialect as a pure function: the strict validation and the answer. */
export interface Dialect {
  readonly name: string;
  handle(request: ProviderRequest): ProviderReply;
}
