import { isStateful } from "../../../assembly/ai/api";
import {
  CONSUMER_HEADER,
  CREDENTIAL_HEADERS,
  CREDENTIAL_PARAMETERS,
  CREDENTIAL_SUBPROTOCOLS,
  PAGE_HEADERS,
} from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { constant } from "../../../assembly/bytes/constant";
import { NameTable } from "../../../assembly/bytes/name-table";
import { decodePercent } from "../../../assembly/bytes/percent";
import {
  ABSENT,
  hashOf,
  indexOfByte,
  Slice,
  sliceEqualsIgnoringCase,
  sliceSize,
  sliceStartsWith,
  startsWithIgnoringCase,
  subslice,
  trimmed,
} from "../../../assembly/bytes/slice";
import { randomBelow } from "../../../assembly/host/clock";
import { HeaderMap } from "../../../assembly/host/headers";
import { Exchange } from "../exchange";
import { chooseKey } from "../keys/key-choice";
import { providerOf } from "../providers";

/** What a header of the client identifies. */
const enum Kind {
  Credential,
  Page,
  Consumer,
  Subprotocols,
}

const COMMA = 0x2c;
const SUBPROTOCOLS = "sec-websocket-protocol";
const CONSUMER = constant(CONSUMER_HEADER);

/** The number of each name, from 1. */
const table = new NameTable();
const names: string[] = [];
const kinds: Kind[] = [];

const bearer = new ByteBuffer();
const subprotocols = new ByteBuffer();
const parameter = new ByteBuffer();

addNames(CREDENTIAL_HEADERS, Kind.Credential);
addNames(PAGE_HEADERS, Kind.Page);
addNames([CONSUMER_HEADER], Kind.Consumer);
addNames([SUBPROTOCOLS], Kind.Subprotocols);

/**
 * Sets the API key of the configuration and removes the credentials of the client. Without one, the client's own key goes
 * into `authorization`, except for a consumer of key-auth: its key is the gateway's, unless `forwardClientCredentials` is
 * set. `false` if every API key has failed and the request is refused, as `exchange` says.
 */
export function authorize(exchange: Exchange, headers: HeaderMap): bool {
  const config = exchange.config;
  const isConsumers = headers.of(CONSUMER) != ABSENT && !config.forwardsCredentials;
  exchange.hidesCredentials = config.tokens.length > 0 || isConsumers;
  if (config.tokens.length) {
    const failover = config.failover;
    if (failover === null) exchange.tokenNumber = chosenToken(config.tokens.length, exchange, headers) + 1;
    else if (!chooseKey(exchange, failover, headers)) return false;
    providerOf(exchange).authorize(exchange.token!, exchange);
  } else if (!isConsumers) passOwnKey(exchange, headers);
  removeIdentity(exchange, headers);
  return true;
}

/** Puts the client's own key into `authorization`. */
function passOwnKey(exchange: Exchange, headers: HeaderMap): void {
  if (headers.get("authorization") != ABSENT) return;
  let own = headers.get("x-api-key");
  if (own == ABSENT) own = headers.get("api-key");
  if (own == ABSENT) own = headers.get("x-authorization");
  if (own == ABSENT) return;
  bearer.clear();
  if (!startsWithIgnoringCase(own, "bearer ")) bearer.text("Bearer ");
  exchange.headers.set("authorization", bearer.append(own).slice);
}

/** Removes the name of the consumer, and the credentials of the client if they are hidden, in one walk along the headers. */
function removeIdentity(exchange: Exchange, headers: HeaderMap): void {
  if (!headers.load()) return;
  const hides = exchange.hidesCredentials;
  const hidesPage = hides || exchange.config.settings.refusesOrigins;
  for (let i = 0; i < headers.count; i++) {
    const name = headers.nameAt(i);
    const found = table.find(name) - 1;
    if (found < 0) continue;
    const kind = unchecked(kinds[found]);
    if (kind == Kind.Subprotocols) {
      if (hides) offerWithoutKey(exchange, headers.valueAt(i));
      continue;
    }
    // A header that the provider's API key replaces is not removed.
    const goes =
      kind == Kind.Page ? hidesPage : kind == Kind.Consumer || (hides && !exchange.headers.has(names[found]));
    if (goes) exchange.headers.remove(unchecked(names[found]));
  }
}

/** Whether a query parameter of that name carries an API key of the client. */
export function isCredential(name: Slice): bool {
  parameter.clear();
  const plain = decodePercent(name, parameter, true);
  for (let i = 0; i < CREDENTIAL_PARAMETERS.length; i++) {
    if (sliceEqualsIgnoringCase(plain, CREDENTIAL_PARAMETERS[i])) return true;
  }
  return false;
}

/** Random; by consumer for stateful APIs, since what was stored with one API key can only be read with the same. */
function chosenToken(count: i32, exchange: Exchange, headers: HeaderMap): i32 {
  if (count == 1) return 0;
  const consumer = isStateful(exchange.api) ? headers.get(CONSUMER_HEADER) : ABSENT;
  return sliceSize(consumer) ? <i32>(hashOf(consumer) % count) : randomBelow(count);
}

/** Removes the subprotocols that carry credentials; the server chooses among the others. */
function offerWithoutKey(exchange: Exchange, offered: Slice): void {
  let hasKey = false;
  subprotocols.clear();
  for (let rest = offered; sliceSize(rest) > 0;) {
    const comma = indexOfByte(rest, COMMA);
    const name = trimmed(comma < 0 ? rest : subslice(rest, 0, comma));
    rest = comma < 0 ? subslice(rest, i32.MAX_VALUE) : subslice(rest, comma + 1);
    if (isCredentialSubprotocol(name)) {
      hasKey = true;
      continue;
    }
    if (subprotocols.size) subprotocols.text(", ");
    subprotocols.append(name);
  }
  if (!hasKey) return;
  if (subprotocols.size) exchange.headers.set(SUBPROTOCOLS, subprotocols.slice);
  else exchange.headers.remove(SUBPROTOCOLS);
}

function isCredentialSubprotocol(name: Slice): bool {
  for (let i = 0; i < CREDENTIAL_SUBPROTOCOLS.length; i++) {
    if (sliceStartsWith(name, CREDENTIAL_SUBPROTOCOLS[i])) return true;
  }
  return false;
}

function addNames(list: string[], kind: Kind): void {
  for (let i = 0; i < list.length; i++) {
    names.push(list[i]);
    kinds.push(kind);
    parameter.clear();
    table.add(parameter.text(list[i]).slice, names.length);
  }
}
