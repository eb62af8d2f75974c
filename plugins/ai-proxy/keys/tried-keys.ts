import { TRIED_KEYS_STATE } from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { FilterState } from "../../../assembly/host/filter-state";
import { ApiToken, HASH_SIZE } from "../config/api-token";

const state = new FilterState(TRIED_KEYS_STATE);
const text = new ByteBuffer();

/** Tells the host how long the list is kept; once for each configuration. */
export function defineTriedKeys(): void {
  state.define();
}

/** The hashes of the API keys that failed this request, one behind the other; valid until the callback returns. */
export function triedKeys(): Slice {
  const keys = state.get();
  return keys == ABSENT ? subslice(0, 0) : keys;
}

/** Whether the list names the key. */
export function wasTried(tried: Slice, token: ApiToken): bool {
  for (let at = 0; at < sliceSize(tried); at += HASH_SIZE) {
    if (sliceEquals(subslice(tried, at, at + HASH_SIZE), token.hash)) return true;
  }
  return false;
}

/** Adds a key to the list and keeps it for the next attempt; returns the new list. */
export function noteTried(token: ApiToken): Slice {
  const tried = triedKeys();
  if (wasTried(tried, token)) return tried;
  text.clear();
  text.append(tried).text(token.hash);
  state.set(text.slice);
  return text.slice;
}

/** The number of these keys that are in the list, which also names those of other targets of a fallback set. */
export function triedCount(tried: Slice, tokens: ApiToken[]): i32 {
  let count = 0;
  for (let i = 0; i < tokens.length; i++) if (wasTried(tried, tokens[i])) count++;
  return count;
}
