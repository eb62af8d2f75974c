// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";

type Value = string | number | boolean;

/** Reads an encoded `google.protobuf.Struct` of texts, numbers and booleans. */
export function readStruct(encoded: Buffer): Record<string, Value> {
  const fields: Record<string, Value> = {};
  for (const entry of messages(encoded, 0x0a)) {
    const keySize = entry[1];
    const key = entry.subarray(2, 2 + keySize).toString();
    const [value] = messages(entry.subarray(2 + keySize), 0x12);
    fields[key] = readValue(value);
  }
  return fields;
}

function readValue(value: Buffer): Value {
  if (value[0] === 0x11) return value.readDoubleLE(1);
  if (value[0] === 0x20) return value[1] === 1;
  return messages(value, 0x1a)[0].toString();
}

/** The contents of a sequence of fields that all have this tag. */
function messages(bytes: Buffer, tag: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    assert.equal(bytes[at++], tag);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    assert.ok(at + size <= bytes.length);
    found.push(bytes.subarray(at, at + size));
    at += size;
  }
  return found;
}
