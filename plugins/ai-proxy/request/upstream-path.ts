import { writePath } from "../../../assembly/ai/api-path";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { withoutQuery } from "../../../assembly/bytes/query";
import { ABSENT, byteAt, Slice, sliceSize, sliceStartsWith, subslice } from "../../../assembly/bytes/slice";
import { Exchange } from "../exchange";
import { BasePathHandling, Protocol } from "../config/provider-config";
import { writeQuery } from "./upstream-query";

const QUESTION_MARK: u32 = 0x3f;
const SLASH: u32 = 0x2f;

const scratch = new ByteBuffer();

/** The client's path as the plugin reads it: without `basePath` where that is to be removed. */
export function withoutBasePath(path: Slice, exchange: Exchange): Slice {
  const base = exchange.config.basePath;
  if (!base.length || exchange.config.basePathHandling != BasePathHandling.RemovePrefix) return path;
  return beginsWith(path, base) ? subslice(path, base.length) : path;
}

/** Whether the path begins with whole segments: `/qwen` is a prefix of `/qwen/v1`, not of `/qwen-plus/v1`. */
function beginsWith(path: Slice, base: string): bool {
  if (!sliceStartsWith(path, base)) return false;
  const next = sliceSize(path) > base.length ? byteAt(path, base.length) : SLASH;
  return next == SLASH || next == QUESTION_MARK;
}

/** Appends the path that the provider gets, with the client's query. */
export function writeUpstreamPath(exchange: Exchange, out: ByteBuffer): void {
  const config = exchange.config;
  const provider = config.provider;
  const client = withoutQuery(exchange.path);
  const query = subslice(exchange.path, sliceSize(client) + 1);
  const from = out.size;
  const isOriginal = config.protocol == Protocol.Original;
  const own: string | null = isOriginal ? null : config.capabilities[exchange.api];
  const template = isOriginal ? "" : own !== null ? own : provider.path(exchange);
  const base = isOriginal || template.length || exchange.tail == ABSENT ? "" : provider.base(exchange);
  const prepended = config.basePathHandling == BasePathHandling.Prepend ? config.basePath : "";
  scratch.clear();
  const isProviders = own === null && template.length + base.length > 0;
  if (isProviders && template.length) provider.writePathPrefix(exchange, scratch);
  if (template.length) writePath(template, exchange.tail, scratch);
  else if (base.length) scratch.text(base).append(exchange.tail);
  else scratch.append(client);
  if (scratch.size == 0) scratch.byte(SLASH);
  const path = scratch.slice;
  const hasPrepended = !prepended.length || beginsWith(path, prepended);
  const outer = config.providerBasePath;
  const hasOuter = !outer.length || (hasPrepended ? beginsWith(path, outer) : prepended.startsWith(outer));
  if (!hasOuter) out.text(outer);
  if (!hasPrepended) out.text(prepended);
  out.append(path);
  const more = isProviders ? provider.query(exchange) : "";
  writeQuery(exchange, query, more, out, from);
}
