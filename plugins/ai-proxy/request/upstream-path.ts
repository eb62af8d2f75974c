import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { queryOf, withoutQuery } from "../../../assembly/bytes/query";
import { ABSENT, byteAt, Slice, sliceSize, sliceStartsWith, subslice } from "../../../assembly/bytes/slice";
import { Exchange } from "../exchange";
import { BasePathHandling, Protocol } from "../config/provider-config";
import { providerOf } from "../providers";
import { writeQuery } from "./upstream-query";

const QUESTION_MARK: u32 = 0x3f;
const SLASH: u32 = 0x2f;

const scratch = new ByteBuffer();

/** The client's path without `basePath`, if that is removed. */
export function withoutBasePath(path: Slice, exchange: Exchange): Slice {
  const base = exchange.config.basePath;
  if (!base.length || exchange.config.basePathHandling != BasePathHandling.RemovePrefix) return path;
  return beginsWith(path, base) ? subslice(path, base.length) : path;
}

/** Whether the path begins with the segments of `base`: `/qwen` is a prefix of `/qwen/v1`, not of `/qwen-plus/v1`. */
function beginsWith(path: Slice, base: string): bool {
  if (!sliceStartsWith(path, base)) return false;
  const next = sliceSize(path) > base.length ? byteAt(path, base.length) : SLASH;
  return next == SLASH || next == QUESTION_MARK;
}

/** Appends path and query of the request to the provider; returns `false` if `exchange.refuse` was called. */
export function writeUpstreamPath(exchange: Exchange, out: ByteBuffer): bool {
  const config = exchange.config;
  const client = withoutQuery(exchange.path);
  const query = subslice(exchange.path, sliceSize(client) + 1);
  const from = out.size;
  let more = ABSENT;
  scratch.clear();
  if (config.protocol != Protocol.Original) {
    const own = config.capabilities[exchange.api];
    if (own) own.write(exchange.tail, scratch);
    else if (providerOf(exchange).writePath(exchange, scratch)) more = queryOf(scratch.slice);
    else return false;
  }
  if (scratch.size == 0) scratch.append(client);
  if (scratch.size == 0) scratch.byte(SLASH);
  const path = more == ABSENT ? scratch.slice : withoutQuery(scratch.slice);
  const prepended = config.basePathHandling == BasePathHandling.Prepend ? config.basePath : "";
  const hasPrepended = !prepended.length || beginsWith(path, prepended);
  const outer = config.providerBasePath;
  const hasOuter = !outer.length || (hasPrepended ? beginsWith(path, outer) : prepended.startsWith(outer));
  if (!hasOuter) out.text(outer);
  if (!hasPrepended) out.text(prepended);
  out.append(path);
  writeQuery(exchange, query, more, out, from);
  return true;
}
