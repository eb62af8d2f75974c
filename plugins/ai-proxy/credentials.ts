import { isStateful } from "../../assembly/ai/api";
import { CONSUMER_HEADER, CREDENTIAL_HEADERS, CREDENTIAL_PARAMETERS } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { decodePercent } from "../../assembly/bytes/percent";
import {
  ABSENT,
  hashOf,
  indexOfByte,
  indexOfText,
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceIncludes,
  sliceSize,
  sliceStart,
  sliceStartsWith,
  startsWithIgnoringCase,
  subslice,
  trimmed,
} from "../../assembly/bytes/slice";
import { randomBelow } from "../../assembly/host/clock";
import { HeaderMap } from "../../assembly/host/headers";
import { ApiToken } from "./api-token";
import { Exchange } from "./exchange";

const COMMA = 0x2c;
const ASTERISK: u8 = 0x2a;
const SUBPROTOCOLS = "sec-websocket-protocol";
/** How a browser, which cannot set headers of a WebSocket, says its key. https://platform.openai.com/docs/guides/realtime-websocket */
const SUBPROTOCOL_KEY = "openai-insecure-api-key.";
/** A key of fewer bytes than this may be a word of any text. */
const SHORTEST_HIDDEN = 8;

/** The bit of each length that a name looked for has. */
const LENGTHS = lengthsOf(CREDENTIAL_HEADERS) | ((<u64>1) << SUBPROTOCOLS.length);

const bearer = new ByteBuffer();
const subprotocols = new ByteBuffer();
const parameter = new ByteBuffer();

/** With a key of ours none of the client's goes on; without one the client's is put where providers look for it. */
export function authorize(exchange: Exchange, headers: HeaderMap): void {
  const config = exchange.config;
  if (config.tokens.length) {
    const at = chosenToken(config.tokens.length, exchange, headers);
    exchange.tokenNumber = at + 1;
    config.provider.authorize(config.tokens[at], exchange);
    removeCredentials(exchange, headers);
    return;
  }
  if (headers.get("authorization") != ABSENT) return;
  let own = headers.get("x-api-key");
  if (own == ABSENT) own = headers.get("api-key");
  if (own == ABSENT) own = headers.get("x-authorization");
  if (own == ABSENT) return;
  bearer.clear();
  if (!startsWithIgnoringCase(own, "bearer ")) bearer.text("Bearer ");
  exchange.headers.set("authorization", bearer.append(own).slice);
}

/** One walk along the headers: nearly none of them has a name as long as one of those looked for. */
function removeCredentials(exchange: Exchange, headers: HeaderMap): void {
  if (!headers.load()) return;
  for (let i = 0; i < headers.count; i++) {
    const name = headers.nameAt(i);
    const size = sliceSize(name);
    if (size > 63 || !((LENGTHS >> size) & 1)) continue;
    if (sliceEquals(name, SUBPROTOCOLS)) offerWithoutKey(exchange, headers.valueAt(i));
    for (let at = 0; at < CREDENTIAL_HEADERS.length; at++) {
      if (!sliceEquals(name, CREDENTIAL_HEADERS[at])) continue;
      // What the provider's own key replaces need not be removed before.
      if (!exchange.headers.has(CREDENTIAL_HEADERS[at])) headers.remove(CREDENTIAL_HEADERS[at]);
      break;
    }
  }
}

/** Whether a parameter of a query, by its name, holds a key of the client's. */
export function isCredential(name: Slice): bool {
  parameter.clear();
  const plain = decodePercent(name, parameter, true);
  for (let i = 0; i < CREDENTIAL_PARAMETERS.length; i++) {
    if (sliceEqualsIgnoringCase(plain, CREDENTIAL_PARAMETERS[i])) return true;
  }
  return false;
}

/** Writes asterisks over each of the keys in a text, where it stands; gives whether there was one. */
export function hideKeys(tokens: ApiToken[], text: Slice): bool {
  let found = false;
  for (let i = 0; i < tokens.length; i++) {
    const key = tokens[i].text;
    if (key.length < SHORTEST_HIDDEN) continue;
    for (let at = indexOfText(text, key); at >= 0; at = indexOfText(text, key, at + key.length)) {
      memory.fill(sliceStart(text) + at, ASTERISK, key.length);
      found = true;
    }
  }
  return found;
}

/** By chance; but what a consumer has stored with one key is there with this key alone. */
function chosenToken(count: i32, exchange: Exchange, headers: HeaderMap): i32 {
  if (count == 1) return 0;
  const consumer = isStateful(exchange.api) ? headers.get(CONSUMER_HEADER) : ABSENT;
  return sliceSize(consumer) ? <i32>(hashOf(consumer) % count) : randomBelow(count);
}

/** The server chooses among the protocols that are left. */
function offerWithoutKey(exchange: Exchange, offered: Slice): void {
  if (!sliceIncludes(offered, SUBPROTOCOL_KEY)) return;
  subprotocols.clear();
  for (let rest = offered; sliceSize(rest) > 0;) {
    const comma = indexOfByte(rest, COMMA);
    const name = trimmed(comma < 0 ? rest : subslice(rest, 0, comma));
    rest = comma < 0 ? subslice(rest, i32.MAX_VALUE) : subslice(rest, comma + 1);
    if (sliceStartsWith(name, SUBPROTOCOL_KEY)) continue;
    if (subprotocols.size) subprotocols.text(", ");
    subprotocols.append(name);
  }
  if (subprotocols.size) exchange.headers.set(SUBPROTOCOLS, subprotocols.slice);
  else exchange.headers.remove(SUBPROTOCOLS);
}

function lengthsOf(names: string[]): u64 {
  let lengths: u64 = 0;
  for (let i = 0; i < names.length; i++) lengths |= (<u64>1) << names[i].length;
  return lengths;
}
