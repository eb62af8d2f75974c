// SPDX-License-Identifier: Apache-2.0
// RESP2 for tests: https://valkey.io/topics/protocol/

/** A reply; an error is an `Error`. */
export type RedisReply = string | number | null | Error | RedisReply[];

/** A command as an array of bulk strings. */
export function encodeCommand(command: readonly string[]): Buffer {
  const parts = command.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`);
  return Buffer.from(`*${command.length}\r\n${parts.join("")}`);
}

/** Where each whole reply, or each whole command, ends in the bytes. */
export function countReplies(bytes: Buffer): { ends: number[] } {
  const ends: number[] = [];
  for (let at = endOf(bytes, 0); at > 0; at = endOf(bytes, at)) ends.push(at);
  return { ends };
}

/** The first reply in the bytes. */
export function parseReply(bytes: Buffer): RedisReply {
  return valueAt(bytes, { at: 0 });
}

function valueAt(bytes: Buffer, place: { at: number }): RedisReply {
  const type = String.fromCharCode(bytes[place.at]);
  const end = bytes.indexOf("\r\n", place.at);
  const line = bytes.toString("utf8", place.at + 1, end);
  place.at = end + 2;
  if (type === "+") return line;
  if (type === "-") return new Error(line);
  if (type === ":") return Number(line);
  if (Number(line) < 0) return null;
  if (type === "*") return Array.from({ length: Number(line) }, () => valueAt(bytes, place));
  const text = bytes.toString("utf8", place.at, place.at + Number(line));
  place.at += Number(line) + 2;
  return text;
}

/** The end of the value that begins at an offset; 0 if it is not whole. */
function endOf(bytes: Buffer, from: number): number {
  let values = 1;
  let at = from;
  while (values > 0) {
    const end = bytes.indexOf("\r\n", at);
    if (end < 0) return 0;
    const type = String.fromCharCode(bytes[at]);
    const size = Number(bytes.toString("latin1", at + 1, end));
    at = end + 2;
    values--;
    if (type === "*") values += Math.max(size, 0);
    if (type === "$" && size >= 0) at += size + 2;
    if (at > bytes.length) return 0;
  }
  return at;
}
