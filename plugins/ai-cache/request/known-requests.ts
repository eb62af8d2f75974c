import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { wordHashOf } from "../../../assembly/bytes/hash";
import { Slice, slicesEqual, sliceSize } from "../../../assembly/bytes/slice";
import { AiCacheConfig } from "../config";
import { CachedRequest } from "./cached-request";

/** How many requests a VM remembers at most; a power of two. */
const PLACES: i32 = 64;
/** A larger request is not remembered. */
const LARGEST: i32 = 16 << 10;

/** A request whose key is known. */
class KnownRequest {
  /** The hash of the last request that was not the known one: it takes the place when it comes again. */
  candidate: u64 = 0;
  hash: u64 = 0;
  config: AiCacheConfig | null = null;
  api: Api = Api.Unknown;
  isStream: bool = false;
  wantsUsage: bool = false;
  readonly place: ByteBuffer = new ByteBuffer();
  readonly body: ByteBuffer = new ByteBuffer();
  readonly key: ByteBuffer = new ByteBuffer();
}

const known = new StaticArray<KnownRequest | null>(PLACES);
/** The hash of the request that `findKnown` has looked for last; `remembers` says whether it may be remembered. */
let hash: u64 = 0;
let remembers: bool = false;

/**
 * Appends the key of a request if these very bytes came before, in the same place and with the same configuration: all are compared in full.
 * Returns whether they did; then `request` is read, too.
 */
export function findKnown(
  config: AiCacheConfig,
  api: Api,
  place: Slice,
  body: Slice,
  request: CachedRequest,
  key: ByteBuffer,
): bool {
  remembers = isRemembered(config, api, sliceSize(place) + sliceSize(body));
  if (!remembers) return false;
  hash = wordHashOf(place, wordHashOf(body));
  const entry = known[(<i32>hash) & (PLACES - 1)];
  if (entry === null || entry.hash != hash || entry.config !== config || entry.api != api) return false;
  if (!slicesEqual(entry.body.slice, body) || !slicesEqual(entry.place.slice, place)) return false;
  request.isStream = entry.isStream;
  request.wantsUsage = entry.wantsUsage;
  key.append(entry.key.slice);
  return true;
}

/** Remembers the request that `findKnown` has just not found, now that it is read and has a key, when it comes for the second time. */
export function remember(
  config: AiCacheConfig,
  api: Api,
  place: Slice,
  body: Slice,
  request: CachedRequest,
  key: Slice,
): void {
  if (!remembers) return;
  const at = (<i32>hash) & (PLACES - 1);
  let entry = known[at];
  if (entry === null) known[at] = entry = new KnownRequest();
  if (entry.candidate != hash) {
    entry.candidate = hash;
    return;
  }
  entry.hash = hash;
  entry.config = config;
  entry.api = api;
  entry.isStream = request.isStream;
  entry.wantsUsage = request.wantsUsage;
  entry.place.clear();
  entry.place.append(place);
  entry.body.clear();
  entry.body.append(body);
  entry.key.clear();
  entry.key.append(key);
}

/** Not where more than the key is made of the body. */
function isRemembered(config: AiCacheConfig, api: Api, size: i32): bool {
  return config.semantic === null && config.question === null && api != Api.Responses && size <= LARGEST;
}
