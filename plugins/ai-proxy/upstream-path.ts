import { writePath } from "../../assembly/ai/api-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { indexOfByte, Slice, sliceSize, sliceStart, sliceStartsWith, subslice } from "../../assembly/bytes/slice";
import { Exchange } from "./exchange";
import { BasePathHandling, Protocol } from "./provider-config";

const QUESTION_MARK = 0x3f;
const AMPERSAND = 0x26;
const SLASH = 0x2f;

const scratch = new ByteBuffer();

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
  if (sliceSize(query)) beginQuery(out, from).append(query);
  const more = isProviders ? config.provider.query(exchange) : "";
  if (more.length) beginQuery(out, from).text(more);
}

function beginQuery(out: ByteBuffer, from: i32): ByteBuffer {
  const hasQuery = indexOfByte(subslice(out.slice, from), QUESTION_MARK) >= 0;
  return out.byte(hasQuery ? AMPERSAND : QUESTION_MARK);
}
