import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, indexOfByte, Slice, sliceEquals, sliceSize, subslice, trimmed } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";
import { Exchange } from "../exchange";

const HEADER = "anthropic-beta";
const COMMA: u32 = 0x2c;
const KEPT_BYTES = 1024;

const kept = new ByteBuffer();

/**
 * Removes the values of `anthropic-beta` that the configuration does not allow, unless the header is removed anyway.
 * https://platform.claude.com/docs/en/api/beta-headers
 */
export function limitBetas(exchange: Exchange, headers: HeaderMap): void {
  const allowed = exchange.config.chat.anthropicBetas;
  const edits = exchange.headers;
  if (allowed === null || edits.has(HEADER) || headers.get(HEADER) == ABSENT) return;
  kept.release(KEPT_BYTES);
  for (let i = 0; i < headers.count; i++) {
    if (sliceEquals(headers.nameAt(i), HEADER)) keepAllowed(headers.valueAt(i), allowed);
  }
  if (kept.size) edits.set(HEADER, kept.slice);
  else edits.remove(HEADER);
}

function keepAllowed(values: Slice, allowed: string[]): void {
  let rest = values;
  while (sliceSize(rest) > 0) {
    const comma = indexOfByte(rest, COMMA);
    const value = trimmed(comma < 0 ? rest : subslice(rest, 0, comma));
    rest = comma < 0 ? subslice(rest, 0, 0) : subslice(rest, comma + 1);
    if (!includes(allowed, value)) continue;
    if (kept.size) kept.byte(COMMA);
    kept.append(value);
  }
}

function includes(allowed: string[], value: Slice): bool {
  for (let i = 0; i < allowed.length; i++) if (sliceEquals(value, allowed[i])) return true;
  return false;
}
