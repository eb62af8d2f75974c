import { ByteBuffer } from "../bytes/buffer";
import { wordHashOf } from "../bytes/hash";
import { byteAt, indexOfByte, Slice, sliceSize, subslice } from "../bytes/slice";

/** The most bytes of an encoded value. */
const MOST_BYTES = 96;
/** The bytes of a longer one that are kept, before `~` and sixteen digits of its hash. */
const KEPT_BYTES = 79;

const OPEN = 0x5b;
const EQUALS = 0x3d;
const CLOSE = 0x5d;
const PERCENT = 0x25;
const TILDE = 0x7e;
const DOT = 0x2e;

/**
 * The labels of an observation; the object is reused. Wasm metrics have no labels in Envoy, so they are put in front of the metric's
 * name, each as `[name=value]`: `[model=gpt-4.1][consumer=team%20a]ai_tokens_total`. One entry for each label in the bootstrap's
 * `stats_config.stats_tags` removes it from the name and makes it a label:
 *
 *     - { tag_name: model, regex: '(\[model=(.*?)\])' }
 *
 * Values are encoded. ASCII letters, digits and `-._/:@+|` stay; every other byte is percent-encoded, and so is a dot at the end, which
 * Envoy would remove. An empty value becomes `none`. If the result is longer than 96 bytes, its first 79 at most are kept, followed by
 * `~` and a hash of the whole value in 16 hexadecimal digits.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/metrics/v3/stats.proto
 *
 * @example
 * tokens.add(labels.clear().add("model", model).add("consumer", consumer), 30);
 */
export class Labels {
  private readonly text: ByteBuffer = new ByteBuffer();

  /** Removes the labels. */
  clear(): this {
    this.text.clear();
    return this;
  }

  /** Adds a label; its name is a constant of letters, digits and `_`. */
  add(name: string, value: Slice): this {
    this.text.byte(OPEN).text(name).byte(EQUALS);
    encodeValue(value, this.text);
    this.text.byte(CLOSE);
    return this;
  }

  /** Adds a label whose value is a constant of letters, digits and `_`. */
  addText(name: string, value: string): this {
    this.text.byte(OPEN).text(name).byte(EQUALS).text(value).byte(CLOSE);
    return this;
  }

  /** Adds labels as they stand in a metric's name. */
  append(labels: Slice): this {
    this.text.append(labels);
    return this;
  }

  /** The labels as they stand in a metric's name; valid until they change. */
  get slice(): Slice {
    return this.text.slice;
  }
}

/** Appends labels with `other` in the place of each value. */
export function appendOthers(labels: Slice, out: ByteBuffer): void {
  for (let at = 0; at < sliceSize(labels);) {
    const value = indexOfByte(labels, EQUALS, at) + 1;
    out
      .append(subslice(labels, at, value))
      .text("other")
      .byte(CLOSE);
    at = indexOfByte(labels, CLOSE, value) + 1;
  }
}

function encodeValue(value: Slice, out: ByteBuffer): void {
  if (!sliceSize(value)) {
    out.text("none");
    return;
  }
  if (sliceSize(value) <= MOST_BYTES && isPlainText(value)) {
    out.append(value);
    return;
  }
  const start = out.size;
  const last = sliceSize(value) - 1;
  let cut = start;
  for (let i = 0; i <= last; i++) {
    const byte = byteAt(value, i);
    if (isPlain(byte) && (byte != DOT || i < last)) out.byte(byte);
    else
      out
        .byte(PERCENT)
        .byte(digit(byte >> 4))
        .byte(digit(byte));
    if (out.size - start <= KEPT_BYTES) cut = out.size;
    if (out.size - start > MOST_BYTES) return shorten(value, cut, out);
  }
}

function shorten(value: Slice, cut: i32, out: ByteBuffer): void {
  const hash = wordHashOf(value);
  out.size = cut;
  out.byte(TILDE);
  for (let shift = 60; shift >= 0; shift -= 4) out.byte(digit(<u32>(hash >> shift)));
}

/** The hexadecimal digit of the low four bits. */
function digit(value: u32): u32 {
  const low = value & 15;
  return low < 10 ? 0x30 + low : 0x37 + low;
}

/** Whether a value that is not empty needs no encoding. */
function isPlainText(value: Slice): bool {
  const last = sliceSize(value) - 1;
  for (let i = 0; i <= last; i++) if (!isPlain(byteAt(value, i))) return false;
  return byteAt(value, last) != DOT;
}

/** Letters, digits and `-./:+@_|`. */
function isPlain(byte: u32): bool {
  if ((byte | 0x20) - 0x61 < 26 || byte - 0x2d < 14) return true;
  return byte == 0x2b || byte == 0x40 || byte == 0x5f || byte == 0x7c;
}
