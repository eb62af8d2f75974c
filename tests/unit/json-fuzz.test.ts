import assert from "node:assert/strict";
import { test } from "node:test";
import { mutated } from "./json-corpus.ts";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";

const DOCUMENTS = 250_000;
const MAX_DEPTH = 256;
const TOO_DEEP = 8;

const { exports, put, out } = await loadModule("json");
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

test(`the validator, the index and the readers agree with JSON.parse on ${DOCUMENTS} mutated documents`, (t) => {
  const random = new Random(seed());
  t.diagnostic(`SEED=${seed()}`);
  let accepted = 0;
  for (let i = 0; i < DOCUMENTS; i++) {
    const bytes = mutated(random);
    const expected = parse(bytes);
    const address = put(bytes);
    const error = exports.validate!(address, bytes.length);
    const isOurs = error === 0;
    if (isOurs !== (expected !== undefined) && !(error === TOO_DEEP && depthOf(bytes) > MAX_DEPTH)) {
      assert.fail(`document ${i}: error ${error} at ${exports.errorOffset!()} in ${JSON.stringify(bytes.toString())}`);
    }
    for (const depth of [0, 1 + (i % 4), 300]) {
      if (Boolean(exports.walkText!(address, bytes.length, depth)) !== isOurs)
        assert.fail(`document ${i}: the walker that goes ${depth} deep differs in ${JSON.stringify(bytes.toString())}`);
    }
    if (!isOurs) {
      const offset = exports.errorOffset!();
      if (offset < 0 || offset > bytes.length) assert.fail(`document ${i}: offset ${offset}`);
      if (exports.parse!(address, bytes.length) !== error) assert.fail(`document ${i}: the document's error differs`);
      // Reading without validation may return nonsense, but must not trap or loop endlessly.
      exports.rewrite!(address, bytes.length);
      continue;
    }
    accepted++;
    exports.rewrite!(address, bytes.length);
    const rewritten = JSON.stringify(JSON.parse(out().toString()));
    const wanted = JSON.stringify(wellFormed(expected!.value));
    if (rewritten !== wanted) assert.fail(`document ${i}: ${bytes} was read as ${rewritten}`);
    if (i % 4 === 0) checkMembers(bytes, address, expected!.value, i);
  }
  t.diagnostic(`${accepted} accepted`);
  assert.ok(accepted > DOCUMENTS / 20 && accepted < DOCUMENTS / 2, `${accepted} accepted is no good mixture`);
});

test("the index finds each member by its key, and so does a scan of the text", () => {
  const random = new Random(seed() + 1);
  let objects = 0;
  while (objects < 5_000) {
    const bytes = mutated(random);
    const expected = parse(bytes);
    if (!expected || exports.validate!(put(bytes), bytes.length) !== 0) continue;
    if (checkMembers(bytes, put(bytes), expected.value, objects)) objects++;
  }
});

function checkMembers(bytes: Buffer, address: number, value: unknown, i: number): boolean {
  assert.equal(exports.parse!(address, bytes.length), 0);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  assert.equal(Boolean(exports.isObject!()), isObject);
  if (!isObject) {
    assert.equal(exports.memberCount!(), 0);
    return false;
  }
  const members = [...Array(exports.memberCount!()).keys()].map((n) => {
    exports.keyAt!(n);
    const key = out().toString();
    exports.valueAt!(n);
    return [key, out().toString()] as const;
  });
  const whole = JSON.parse(`{${members.map(([key, raw]) => `${key}:${raw}`).join()}}`) as unknown;
  assert.deepEqual(whole, value, `document ${i}: the members of ${bytes}`);
  const keys = members.map(([key]) => scalars(JSON.parse(key) as string));
  for (const key of new Set([...keys, "no such key"])) {
    const last = keys.lastIndexOf(key);
    const raw = last < 0 ? "ABSENT" : members[last]![1];
    const keyBytes = Buffer.from(key);
    const both = put(Buffer.concat([keyBytes, bytes]));
    const leading = bytes.length - bytes.toString("latin1").trimStart().length;
    const root = both + keyBytes.length + leading;
    exports.getFromText!(root, bytes.length - leading, both, keyBytes.length);
    assert.equal(out().toString(), raw, `document ${i}: jsonGet(${JSON.stringify(key)}) of ${bytes}`);
    exports.parse!(both + keyBytes.length, bytes.length);
    exports.getFromTable!(both, keyBytes.length);
    assert.equal(out().toString(), raw, `document ${i}: get(${JSON.stringify(key)}) of ${bytes}`);
  }
  const repeated = members.find((_, n) => keys.indexOf(keys[n]!) < n);
  exports.duplicate!();
  assert.equal(out().toString(), repeated?.[0] ?? "ABSENT", `document ${i}: the duplicate of ${bytes}`);
  return true;
}

function parse(bytes: Buffer): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(utf8.decode(bytes)) as unknown };
  } catch {
    return undefined;
  }
}

/** The value with every lone surrogate as U+FFFD. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return scalars(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [scalars(key), wellFormed(element)]));
}

/** UTF-8 has no surrogates: a lone surrogate becomes U+FFFD. */
function scalars(text: string): string {
  return Buffer.from(text).toString();
}

function depthOf(bytes: Buffer): number {
  let depth = 0;
  let deepest = 0;
  for (const byte of bytes) {
    if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}
