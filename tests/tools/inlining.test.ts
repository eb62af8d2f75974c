// A release hardly lets V8 inline (tools/inlining): its functions begin with calls that never run and use up V8's budget for inlining.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FILLERS, withoutInlining } from "../../tools/inlining/index.ts";
import { budgetGrowth, SMALL_BODY_BYTES } from "../../tools/inlining/v8-budget.ts";
import { leb, Reader } from "../../tools/wasm/binary.ts";
import { CODE_SECTION, contentOf, sectionsOf } from "../../tools/wasm/sections.ts";

const [I32, GET, SET, CONST, ADD, CALL, END] = [0x7f, 0x20, 0x21, 0x41, 0x6a, 0x10, 0x0b];
const NEVER = [CONST, 0, 0x04, 0x40];
const STEPS = [20, 90, 500];

const list = (items: (Uint8Array | number[])[]): Buffer =>
  Buffer.concat([leb(items.length), ...items.map(Buffer.from)]);
const section = (id: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([id]), leb(content.length), content]);
const text = (value: string): Buffer => Buffer.concat([leb(value.length), Buffer.from(value)]);

/** A function that adds the imported global `steps` times to its argument, in a local, and asks the imported function in between. */
function body(steps: number): Buffer {
  const add = [GET, 1, 0x23, 0, ADD, SET, 1];
  const code = [1, 1, I32, GET, 0, SET, 1, ...Array<number[]>(steps).fill(add).flat(), GET, 1, CALL, 0, END];
  return Buffer.from(code);
}

/** A module with an imported function and an imported global, and these functions, exported by number. */
function moduleOf(bodies: Buffer[]): Buffer {
  const imports = [
    Buffer.concat([text("env"), text("twice"), Buffer.from([0, 0])]),
    Buffer.concat([text("env"), text("one"), Buffer.from([3, I32, 0])]),
  ];
  const exported = bodies.map((_, index) => Buffer.concat([text(`f${index}`), Buffer.from([0]), leb(index + 1)]));
  return Buffer.concat([
    Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]),
    section(1, list([[0x60, 1, I32, 1, I32]])),
    section(2, list(imports)),
    section(3, list(bodies.map(() => [0]))),
    section(7, list(exported)),
    section(CODE_SECTION, list(bodies.map((bytes) => Buffer.concat([leb(bytes.length), bytes])))),
  ]);
}

/** What each exported function makes of 5. */
function results(module: Uint8Array): number[] {
  const env = { twice: (value: number) => value * 2, one: 1 };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module)), { env });
  return Object.values(exports).map((run) => (run as (value: number) => number)(5));
}

function bodiesOf(module: Uint8Array): Buffer[] {
  const code = new Reader(contentOf(sectionsOf(module), CODE_SECTION) as Uint8Array);
  return Array.from({ length: code.leb() }, () => Buffer.from(code.take(code.leb())));
}

describe("the calls that use up V8's budget for inlining", () => {
  const plain = moduleOf(STEPS.map(body));
  const limited = withoutInlining(plain);

  it("change nothing that a function returns", () => {
    assert.deepEqual(
      results(limited),
      STEPS.map((steps) => (5 + steps) * 2),
    );
  });

  it("leave a function less than the smallest filler, and are none too many", () => {
    const bodies = bodiesOf(limited);
    const own = bodies.slice(0, -FILLERS.length);
    assert.deepEqual(
      bodies.slice(-FILLERS.length).map((bytes) => bytes.length),
      FILLERS,
    );
    const growth = budgetGrowth(bodiesOf(plain).map((bytes) => bytes.length));
    assert.equal(own.length, STEPS.length);
    for (const bytes of own) {
      // Behind one group of locals.
      const start = 3;
      assert.deepEqual([...bytes.subarray(start, start + NEVER.length)], NEVER);
      const calls = new Reader(bytes.subarray(start + NEVER.length));
      let budget = growth * bytes.length;
      while (calls.byte() === CALL) budget -= FILLERS[calls.leb() - 1 - own.length];
      assert.ok(budget > 0 && budget <= FILLERS[FILLERS.length - 1], `${bytes.length} bytes leave ${budget}`);
    }
  });

  it("are not in a function that V8 counts as small, nor in one without calls", () => {
    const [small, alone] = [body(3), Buffer.from([0, ...Array<number[]>(30).fill([GET, 0, 0x1a]).flat(), GET, 0, END])];
    assert.ok(small.length < SMALL_BODY_BYTES && alone.length > SMALL_BODY_BYTES);
    const module = moduleOf([small, alone, body(90)]);
    assert.deepEqual(bodiesOf(withoutInlining(module)).slice(0, 2), [small, alone]);
  });

  it("are not in a function that reads and writes bytes, and names are left out", () => {
    const names = ["assembly/json/token/stringEnd", "assembly/ai/json/stringEnd", "plugins/assembly/json/"];
    const entries = list(names.map((name, index) => Buffer.concat([leb(index + 1), text(name)])));
    const moduleName = section(0, text("module"));
    const named = section(0, Buffer.concat([text("name"), moduleName, section(1, entries)]));
    const bodies = bodiesOf(withoutInlining(Buffer.concat([plain, named])));
    assert.deepEqual(bodies, [bodiesOf(plain)[0], ...bodiesOf(limited).slice(1)]);
    assert.equal(Buffer.from(withoutInlining(Buffer.concat([plain, named]))).indexOf("stringEnd"), -1);
  });

  it("are refused for a module that imports a memory", () => {
    const memory = Buffer.concat([text("env"), text("memory"), Buffer.from([2, 0, 1])]);
    const imports = Buffer.concat([plain.subarray(0, 8), section(2, list([memory])), plain.subarray(8)]);
    assert.throws(() => withoutInlining(imports), /imports a table or a memory/);
  });
});

describe("V8's budget for inlining", () => {
  it("grows with the share of small functions, from a quarter to a half of them", () => {
    const shares = (small: number) => budgetGrowth([...Array(small).fill(10), ...Array(8 - small).fill(50)]);
    assert.deepEqual([0, 2, 3, 4, 8].map(shares), [2, 2, 3.5, 5, 5]);
  });
});
