import { writePath } from "../../assembly/ai/api-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { QueryParameters } from "../../assembly/bytes/query";
import {
  indexOfByte,
  Slice,
  sliceEquals,
  sliceSize,
  sliceStart,
  sliceStartsWith,
  subslice,
} from "../../assembly/bytes/slice";
import { isCredential } from "./credentials";
import { Exchange } from "./exchange";
import { BasePathHandling, Protocol } from "./provider-config";

const QUESTION_MARK = 0x3f;
const AMPERSAND = 0x26;
const SLASH = 0x2f;

/** Azure's parameter: said twice, it says nothing. */
const VERSION = "api-version";

const scratch = new ByteBuffer();
const parameters = new QueryParameters();

/** The path in front of the query. */
export function withoutQuery(path: Slice): Slice {
  const mark = indexOfByte(path, QUESTION_MARK);
  return mark < 0 ? path : subslice(path, 0, mark);
}

/** The client's path as the plugin reads it: without `basePath` where that is to be removed. */
export function withoutBasePath(path: Slice, exchange: Exchange): Slice {
  const base = exchange.config.basePath;
  if (!base.length || exchange.config.basePathHandling != BasePathHandling.RemovePrefix) return path;
  if (!sliceStartsWith(path, base)) return path;
  const rest = subslice(path, base.length);
  // `/qwen` is a prefix of `/qwen/v1`, not of `/qwen-plus/v1`.
  const next = sliceSize(rest) ? load<u8>(sliceStart(rest)) : SLASH;
  return next == SLASH || next == QUESTION_MARK ? rest : path;
}

/** Appends the path that the provider gets, with the client's query. */
export function writeUpstreamPath(exchange: Exchange, out: ByteBuffer): void {
  const config = exchange.config;
  const client = withoutQuery(exchange.path);
  const query = subslice(exchange.path, sliceSize(client) + 1);
  const from = out.size;
  const own = config.capabilities[exchange.api];
  const template = config.protocol == Protocol.Original ? "" : own !== null ? own : config.provider.path(exchange);
  const prepended = config.basePathHandling == BasePathHandling.Prepend ? config.basePath : "";
  scratch.clear();
  const isProviders = own === null && template.length > 0;
  if (isProviders) config.provider.writePathPrefix(exchange, scratch);
  if (template.length) writePath(template, exchange.api, client, scratch);
  else scratch.append(client);
  if (scratch.size == 0) scratch.byte(SLASH);
  const path = scratch.slice;
  const hasPrepended = sliceStartsWith(path, prepended);
  const outer = config.providerBasePath;
  const hasOuter = hasPrepended ? sliceStartsWith(path, outer) : prepended.startsWith(outer);
  if (!hasOuter) out.text(outer);
  if (!hasPrepended) out.text(prepended);
  out.append(path);
  const more = isProviders ? config.provider.query(exchange) : "";
  if (sliceSize(query)) writeQuery(query, config.tokens.length > 0, more, out, from);
  if (more.length) beginQuery(out, from).text(more);
}

/** The client's query, without its keys where the gateway has one, and without what the provider's own query says. */
function writeQuery(query: Slice, hidesKeys: bool, more: string, out: ByteBuffer, from: i32): void {
  let isWhole = true;
  parameters.begin(query);
  while (isWhole && parameters.next()) isWhole = staysInQuery(hidesKeys, more);
  if (isWhole) {
    beginQuery(out, from).append(query);
    return;
  }
  let isFirst = true;
  parameters.begin(query);
  while (parameters.next()) {
    if (!staysInQuery(hidesKeys, more)) continue;
    (isFirst ? beginQuery(out, from) : out.byte(AMPERSAND)).append(parameters.whole);
    isFirst = false;
  }
}

function staysInQuery(hidesKeys: bool, more: string): bool {
  if (hidesKeys && isCredential(parameters.name)) return false;
  return !(sliceEquals(parameters.name, VERSION) && more.includes(VERSION));
}

function beginQuery(out: ByteBuffer, from: i32): ByteBuffer {
  const hasQuery = indexOfByte(subslice(out.slice, from), QUESTION_MARK) >= 0;
  return out.byte(hasQuery ? AMPERSAND : QUESTION_MARK);
}
