// SPDX-License-Identifier: Apache-2.0

/** One header or trailer as sent over the connection: a lower-case name and its value. */
export type HeaderPair = [name: string, value: string];

/** One request as a provider receives it. Header names are lower case; pseudo headers are not in `headers`. */
export interface ProviderRequest {
  method: string;
  /** With the query. */
  path: string;
  /** `:authority`, or `host` over HTTP/1.1, which `headers` does not repeat. */
  authority: string;
  headers: HeaderPair[];
  body: Buffer;
}

/** A provider's response. `chunks` are written one by one, with `delayMs` between them if it is set. */
export interface ProviderReply {
  status: number;
  headers: HeaderPair[];
  chunks: Buffer[];
  trailers?: HeaderPair[];
  /** `cut`: connection reset after the chunks; `hang`: never ends; `refuse`: reset without a response; `silent`: no response. Default `clean`. */
  end?: "clean" | "cut" | "hang" | "refuse" | "silent";
  delayMs?: number;
}

/** A provider's dialect as a pure function: strict validation and the response. */
export interface Dialect {
  readonly name: string;
  handle(request: ProviderRequest): ProviderReply;
}
