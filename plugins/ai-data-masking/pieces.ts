import { ByteBuffer } from "../../assembly/bytes/buffer";
import { INCOMPLETE_CHARACTER, jsonCharacterAt } from "../../assembly/bytes/json-character";
import { Slice, sliceEnd, sliceSize, sliceStart, subslice } from "../../assembly/bytes/slice";
import { characterOf, lengthOf } from "../../assembly/bytes/utf8";
import { Masker } from "./masker";
import { Place, TextState } from "./text-state";

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const DEEPEST = 64;

/**
 * Appends what is known of the masked form of a text after one more piece of it, the content of a JSON string. The rest is held: at most as
 * many characters as a match may have. `isLast`: the text ends here.
 */
export function maskPiece(masker: Masker, state: TextState, piece: Slice, isLast: bool, out: ByteBuffer): void {
  const held = state.held;
  const isWaiting = held.size > 0;
  if (isWaiting) held.append(piece);
  const text = isWaiting ? held.slice : piece;
  const used = state.isArguments
    ? maskArguments(masker, state, text, isLast, out)
    : masker.run(state, text, isLast, 1, out);
  if (isWaiting) held.dropFront(used);
  else held.append(subslice(text, used));
  if (isLast) state.begin(state.isArguments);
}

/** Masks the strings of arguments and nothing else, so that they stay JSON. Returns how many bytes are known. */
function maskArguments(masker: Masker, state: TextState, text: Slice, isLast: bool, out: ByteBuffer): i32 {
  const size = sliceSize(text);
  const base = sliceStart(text);
  let at = 0;
  while (at < size) {
    if (state.place == Place.Text) return at + masker.run(state, subslice(text, at), isLast, 1, out);
    if (state.place == Place.Value) {
      const end = stringEnd(text, at);
      const isClosed = end >= 0;
      at += masker.run(state, subslice(text, at, isClosed ? end : size), isLast || isClosed, 2, out);
      if (!isClosed) return at;
      state.place = Place.Outside;
      // The quote.
      const quote = lengthOf(jsonCharacterAt(base + at, sliceEnd(text), 1));
      out.append(subslice(text, at, at + quote));
      at += quote;
      continue;
    }
    const decoded = jsonCharacterAt(base + at, sliceEnd(text), 1);
    if (decoded == INCOMPLETE_CHARACTER) {
      if (!isLast) return at;
      out.append(subslice(text, at));
      return size;
    }
    const character = characterOf(decoded);
    if (state.place == Place.Begin && !begins(state, character)) continue;
    out.append(subslice(text, at, at + lengthOf(decoded)));
    at += lengthOf(decoded);
    if (state.place == Place.Key) inKey(state, character);
    else if (state.place == Place.Outside) outside(state, character);
  }
  return at;
}

/** Whether the first characters are read as those outside of strings. */
function begins(state: TextState, character: u32): bool {
  if (character <= 0x20) return true;
  state.place = character == 0x7b || character == 0x5b || character == QUOTE ? Place.Outside : Place.Text;
  return state.place == Place.Outside;
}

function inKey(state: TextState, character: u32): void {
  if (state.isEscaped) state.isEscaped = false;
  else if (character == BACKSLASH) state.isEscaped = true;
  else if (character == QUOTE) state.place = Place.Outside;
}

function outside(state: TextState, character: u32): void {
  const isObject = character == 0x7b;
  if (isObject || character == 0x5b) {
    state.depth++;
    state.containers = (state.containers << 1) | (isObject ? 1 : 0);
    state.expectsKey = isObject && state.depth <= DEEPEST;
  } else if (character == 0x7d || character == 0x5d) {
    state.depth = max(state.depth - 1, 0);
    state.containers >>= 1;
    state.expectsKey = false;
  } else if (character == 0x2c) state.expectsKey = (state.containers & 1) != 0 && state.depth <= DEEPEST;
  else if (character == 0x3a) state.expectsKey = false;
  else if (character == QUOTE) {
    state.place = state.expectsKey ? Place.Key : Place.Value;
    state.before = u32.MAX_VALUE;
  }
}

/** The offset of the quote that ends a string of JSON that is itself the content of a string, or -1. */
function stringEnd(text: Slice, from: i32): i32 {
  const base = sliceStart(text);
  const end = sliceEnd(text);
  let isEscaped = false;
  for (let p = base + from; p < end;) {
    const decoded = jsonCharacterAt(p, end, 1);
    if (decoded == INCOMPLETE_CHARACTER) return -1;
    const character = characterOf(decoded);
    if (!isEscaped && character == QUOTE) return <i32>(p - base);
    isEscaped = !isEscaped && character == BACKSLASH;
    p += lengthOf(decoded);
  }
  return -1;
}
