// SPDX-License-Identifier: Apache-2.0
import type { Case } from "./case.ts";

/** The header in which the requests of a case carry the key of their consumer. */
export const KEY_HEADER = "x-case-key";

/** The key of a consumer. */
export const keyOf = (consumer: string): string => `key-of-${consumer}`;

/** The configuration of key-auth for the consumers of a case; undefined if its requests have none. */
export function keyAuthFor({ exchanges }: Case): string | undefined {
  const names = new Set(exchanges.flatMap(({ request }) => request.consumer ?? []));
  if (!names.size) return undefined;
  const consumers = [...names].map((name) => ({ name, credential: keyOf(name) }));
  return JSON.stringify({ consumers, keys: [KEY_HEADER], in_header: true });
}
