import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeHex, hexValue } from "../../../assembly/bytes/hex";
import { byteAt, Slice, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { hmacSha256 } from "../../../assembly/crypto/hmac";

const POINT = 0x2e;
const TIME_DIGITS = 16;
const MAC_BYTES = 32;
/** How long a mark is valid, in milliseconds: the call begins at once. */
const LIFETIME: u64 = 30_000;

const message = new ByteBuffer();
const mac = new ByteBuffer();
const expected = new ByteBuffer();

/** What a mark vouches for: this request, and no other, falls back from a route to a target. */
export class MarkedRequest {
  constructor(
    readonly from: Slice,
    readonly target: Slice,
    readonly method: Slice,
    readonly path: Slice,
  ) {}
}

/**
 * Appends the mark of a request that is sent again: the time at which it expires, and an HMAC-SHA256 of that and of the request,
 * both in hexadecimal digits. `now` is in milliseconds.
 */
export function writeMark(secret: Slice, request: MarkedRequest, now: u64, out: ByteBuffer): void {
  writeTime(now + LIFETIME, out);
  sign(secret, subslice(out.slice, out.size - TIME_DIGITS), request, mac);
  out.byte(POINT);
  encodeHex(mac.slice, out);
}

/** Whether a mark is one of this secret, for this request, and has not expired. Takes the same time for each wrong one. */
export function isMark(secret: Slice, request: MarkedRequest, now: u64, mark: Slice): bool {
  if (sliceSize(mark) != TIME_DIGITS + 1 + 2 * MAC_BYTES || byteAt(mark, TIME_DIGITS) != POINT) return false;
  const time = subslice(mark, 0, TIME_DIGITS);
  const expiry = readTime(time);
  sign(secret, time, request, mac);
  expected.clear();
  encodeHex(mac.slice, expected);
  let difference: u32 = 0;
  for (let i = 0; i < 2 * MAC_BYTES; i++) difference |= byteAt(mark, TIME_DIGITS + 1 + i) ^ byteAt(expected.slice, i);
  return difference == 0 && now < expiry && expiry - now <= LIFETIME;
}

/** Each part has its size before it, so that no two requests give the same message. */
function sign(secret: Slice, time: Slice, request: MarkedRequest, out: ByteBuffer): void {
  message.clear();
  message.append(time);
  add(request.from);
  add(request.target);
  add(request.method);
  add(request.path);
  out.clear();
  hmacSha256(secret, message.slice, out);
}

function add(part: Slice): void {
  message.u32(sliceSize(part)).append(part);
}

function writeTime(time: u64, out: ByteBuffer): void {
  for (let shift = 60; shift >= 0; shift -= 4) {
    const digit = (<u32>(time >> shift)) & 15;
    out.byte(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
}

/** 0 for what is no time. */
function readTime(text: Slice): u64 {
  let time: u64 = 0;
  for (let i = 0; i < TIME_DIGITS; i++) {
    const digit = hexValue(byteAt(text, i));
    if (digit > 15) return 0;
    time = (time << 4) | digit;
  }
  return time;
}
