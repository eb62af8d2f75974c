import assert from "node:assert/strict";
import { test } from "node:test";
import { type Json, randomKey, randomObject, randomValue, spaced } from "./json-corpus.ts";
import { loadModule } from "./module.ts";
import { Random, seed } from "./random.ts";

const DOCUMENTS = 30_000;

const { exports, memory, put, out } = await loadModule("json");

/** The expected change of a member of the document, independent of the editor. */
class Member {
  isRemoved = false;
  replacement: { value: Json } | undefined;
  readonly children = new Map<string, Json>();
  readonly inserted: [key: string, value: Json][] = [];
  readonly insertedInChild = new Map<string, [key: string, value: Json][]>();

  constructor(
    readonly key: string,
    readonly original: Json,
  ) {}

  /** The keys, or positions, of the members of the value. */
  get childKeys(): string[] {
    return typeof this.original === "object" && this.original !== null ? Object.keys(this.original) : [];
  }

  child(key: string): Json {
    return (this.original as { [key: string]: Json })[key]!;
  }

  result(): Json {
    if (this.replacement) return this.replacement.value;
    const value = structuredClone(this.original) as { [key: string]: Json };
    for (const [child, members] of this.insertedInChild) {
      for (const [key, element] of members) (value[child] as { [key: string]: Json })[key] = element;
    }
    for (const [child, element] of this.children) value[child] = element;
    for (const [key, element] of this.inserted) value[key] = element;
    return value;
  }
}

test(`random edits of ${DOCUMENTS} documents give the same result as edits of the parsed object`, (t) => {
  const random = new Random(seed() + 2);
  t.diagnostic(`SEED=${seed()}`);
  for (let i = 0; i < DOCUMENTS; i++) {
    const before = randomObject(random, 3);
    const text = Buffer.from(random.pick(["", " ", "\n"]) + spaced(before, random) + random.pick(["", "\r\n"]));
    const members = Object.entries(before).map(([key, value]) => new Member(key, value));
    const added = new Map<string, Json>();
    const address = exports.allocate!(text.length);
    write(address, text);
    assert.equal(exports.parse!(address, text.length), 0);
    exports.editBegin!();
    const log: string[] = [];
    for (let n = random.below(6); n > 0; n--) log.push(edit(random, members, added));

    exports.editWrite!();
    const result = out();
    const story = `document ${i}: ${text}\nedits: ${log.join("; ")}\nresult: ${result}`;
    const wanted = Object.fromEntries([
      ...members.filter((member) => !member.isRemoved).map((member) => [member.key, member.result()] as const),
      ...added,
    ]);
    assert.equal(JSON.stringify(parsed(result, story)), JSON.stringify(wanted), story);
    assert.equal(Boolean(exports.editChanged!()), !result.equals(text), story);
    assert.ok(exports.editUnchangedBytes!() >= 0, story);
    assert.equal(exports.validate!(put(result), result.length), 0, story);
    exports.release!(address);
  }
});

function edit(random: Random, members: Member[], added: Map<string, Json>): string {
  const key = randomKey(random);
  const value = randomValue(random, 2);
  const known = members.find((member) => member.key === key);
  const index = random.below(members.length);
  const member = members[index];
  switch (random.below(6)) {
    case 0:
    case 1: {
      const isText = typeof value === "string";
      const call = isText ? exports.editSetText! : exports.editSet!;
      withBytes([key, isText ? value : spaced(value, random)], (k, ks, v, vs) => call(k!, ks!, v!, vs!));
      if (known) replaceMember(known, value);
      else added.set(key, value);
      return `set ${key} ${JSON.stringify(value)}`;
    }
    case 2:
      withBytes([key], (k, ks) => exports.editRemove!(k!, ks!));
      if (known) known.isRemoved = true;
      added.delete(key);
      return `remove ${key}`;
    case 3: {
      if (!member) return "nothing";
      const child = random.below(member.childKeys.length + 1) - 1;
      withBytes([spaced(value, random)], (v, vs) => exports.editReplace!(index, child, v!, vs!));
      if (child < 0) replaceMember(member, value);
      else member.children.set(member.childKeys[child]!, value);
      return `replace ${member.key} ${child} ${JSON.stringify(value)}`;
    }
    default: {
      if (!member) return "nothing";
      const child = random.below(member.childKeys.length + 1) - 1;
      const object = child < 0 ? member.original : member.child(member.childKeys[child]!);
      if (!isObject(object)) return "nothing";
      const name = member.childKeys[child] ?? "";
      const list = child < 0 ? member.inserted : (member.insertedInChild.get(name) ?? []);
      if (key in object || list.some(([other]) => other === key)) return "nothing";
      withBytes([key, spaced(value, random)], (k, ks, v, vs) => exports.editInsert!(index, child, k!, ks!, v!, vs!));
      list.push([key, value]);
      if (child >= 0) member.insertedInChild.set(name, list);
      return `insert ${member.key} ${child} ${key} ${JSON.stringify(value)}`;
    }
  }
}

function replaceMember(member: Member, value: Json): void {
  member.isRemoved = false;
  member.replacement = { value };
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(bytes: Buffer, story: string): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    assert.fail(story);
  }
}

/** Calls with the address and size of each text, which the module must have copied when the call returns. */
function withBytes(texts: string[], call: (...addressesAndSizes: number[]) => void): void {
  const parts = texts.map((text) => Buffer.from(text));
  const address = put(Buffer.concat(parts));
  let at = address;
  const args = parts.flatMap((part) => [(at += part.length) - part.length, part.length]);
  call(...args);
  put(Buffer.alloc(Buffer.concat(parts).length, 0xff));
}

function write(address: number, bytes: Buffer): void {
  new Uint8Array(memory.buffer).set(bytes, address);
}
