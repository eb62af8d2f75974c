import { Api, isStateful } from "../../../assembly/ai/api";
import { CONSUMER_HEADER } from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { wordHashOf } from "../../../assembly/bytes/hash";
import { Slice, sliceOf, sliceSize } from "../../../assembly/bytes/slice";
import { random } from "../../../assembly/host/clock";
import { HeaderMap } from "../../../assembly/host/headers";
import { ApiToken } from "../config/api-token";
import { FAILOVER } from "../config/built-features";
import { KeyFailover } from "../config/key-failover";
import { Exchange } from "../exchange";
import { hasAnotherTarget } from "./fallback-set";
import { messageWithoutKey, NO_KEY, retryAfterOf } from "./no-key-reply";
import { isKeyFree, keyTime, KeyUse, takeKey, waitOfKey } from "./key-pool";
import { triedKeys, wasTried } from "./tried-keys";

/** The keys that are looked at by rank; further ones in the order of the configuration. */
const MOST_RANKED = 8;
const NONE = -1;

const lot = new ByteBuffer();

/**
 * Chooses the API key of a request, if `failover` is configured: the first in the consumer's order of the keys that are free and did
 * not fail this request. The order is that of rendezvous hashing (https://en.wikipedia.org/wiki/Rendezvous_hashing): a consumer
 * keeps the prompt caches of one account, and only the consumers of a key that fails go to others. Without a consumer the order
 * is random. Returns `false` if no key is free and the request is refused, as `exchange` says.
 */
export function chooseKey(exchange: Exchange, failover: KeyFailover, headers: HeaderMap): bool {
  if (!FAILOVER) return false;
  const tokens = exchange.config.tokens;
  const consumer = headers.get(CONSUMER_HEADER);
  const isKnown = sliceSize(consumer) > 0;
  const order = isKnown ? consumer : drawLot();
  exchange.isKeyPinned = isKnown && isPinnedApi(exchange.api);
  let chosen = NONE;
  if (exchange.isKeyPinned) chosen = firstOf(tokens, order, sliceOf(0, 0));
  else if (failover.hasPool) chosen = freeOf(exchange, failover, order);
  else {
    chosen = firstOf(tokens, order, triedKeys());
    if (chosen == NONE) chosen = firstOf(tokens, order, sliceOf(0, 0));
  }
  if (chosen == NONE) {
    chosen = soonestOf(tokens, failover, triedKeys());
    const wait = waitOfKey(tokens[chosen], failover);
    // With another target the key that is free first is tried: a refusal would be final.
    if (wait && !hasAnotherTarget()) return refuseWithoutKey(exchange, wait);
    exchange.isKeyRecovering = !wait && !isKeyFree(tokens[chosen]);
    exchange.keySentAt = keyTime();
  }
  exchange.tokenNumber = chosen + 1;
  return true;
}

/** Milliseconds until one of the keys is free; 0 if one is. */
export function waitForKey(tokens: ApiToken[], failover: KeyFailover): u64 {
  return waitOfKey(tokens[soonestOf(tokens, failover, sliceOf(0, 0))], failover);
}

/** Whether a key that is not in `tried` is free. */
export function hasFreeKey(tokens: ApiToken[], failover: KeyFailover, tried: Slice): bool {
  for (let i = 0; i < tokens.length; i++) {
    if (wasTried(tried, tokens[i])) continue;
    if (!failover.hasPool || !waitOfKey(tokens[i], failover)) return true;
  }
  return false;
}

/** APIs whose objects only the key that made them can read. A response need not refer to an earlier one. */
function isPinnedApi(api: Api): bool {
  return api != Api.Responses && isStateful(api);
}

function freeOf(exchange: Exchange, failover: KeyFailover, order: Slice): i32 {
  const tokens = exchange.config.tokens;
  const tried = triedKeys();
  let bound = u64.MAX_VALUE;
  for (let i = 0; i < MOST_RANKED; i++) {
    const at = firstOf(tokens, order, tried, bound);
    if (at == NONE || take(exchange, failover, at)) return at;
    bound = scoreOf(tokens[at], order);
  }
  for (let i = 0; i < tokens.length; i++) {
    if (!wasTried(tried, tokens[i]) && take(exchange, failover, i)) return i;
  }
  return NONE;
}

function take(exchange: Exchange, failover: KeyFailover, at: i32): bool {
  const token = exchange.config.tokens[at];
  // One request sends one probe: another key is probed by a later one.
  if (exchange.probeNumber && !isKeyFree(token)) return false;
  const time = keyTime();
  const use = takeKey(token, failover, time);
  if (use == KeyUse.Probed) exchange.probeNumber = at + 1;
  exchange.isKeyRecovering = use == KeyUse.Recovering;
  if (exchange.isKeyRecovering) exchange.keySentAt = time;
  return use == KeyUse.Free || use == KeyUse.Recovering;
}

/** The number of the key with the highest score below `bound` of those that are not in `tried`. */
function firstOf(tokens: ApiToken[], order: Slice, tried: Slice, bound: u64 = u64.MAX_VALUE): i32 {
  let best = NONE;
  let highest: u64 = 0;
  for (let i = 0; i < tokens.length; i++) {
    const score = scoreOf(tokens[i], order);
    if (score >= bound || (best != NONE && score <= highest) || wasTried(tried, tokens[i])) continue;
    best = i;
    highest = score;
  }
  return best;
}

function soonestOf(tokens: ApiToken[], failover: KeyFailover, tried: Slice): i32 {
  let best = 0;
  let shortest = u64.MAX_VALUE;
  for (let i = 0; i < tokens.length && shortest > 0; i++) {
    const wait = waitOfKey(tokens[i], failover);
    if (wait >= shortest || wasTried(tried, tokens[i])) continue;
    best = i;
    shortest = wait;
  }
  return best;
}

function scoreOf(token: ApiToken, order: Slice): u64 {
  return wordHashOf(order, token.rank);
}

function drawLot(): Slice {
  lot.clear();
  return lot.u64(random()).slice;
}

function refuseWithoutKey(exchange: Exchange, wait: u64): bool {
  exchange.retryAfter = retryAfterOf(wait);
  return exchange.refuse(messageWithoutKey(exchange.config.name, exchange.retryAfter), "", NO_KEY, 503);
}
