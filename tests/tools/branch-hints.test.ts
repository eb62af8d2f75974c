// A release tells V8 which way its branches usually go (tools/branch-hints): it is trained with the traffic of `make bench`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { branchesOf } from "../../tools/branch-hints/branches.ts";
import { COUNTER, counting } from "../../tools/branch-hints/counting.ts";
import { SECTION, withBranchHints, type Counter } from "../../tools/branch-hints/index.ts";
import { FILLERS } from "../../tools/inlining/index.ts";
import { root } from "../../tools/plugins.ts";
import { leb, Reader } from "../../tools/wasm/binary.ts";
import { bodiesOf, codeOf } from "../../tools/wasm/functions.ts";
import { importedFunctions } from "../../tools/wasm/imported-functions.ts";
import {
  CODE_SECTION,
  contentOf,
  CUSTOM_SECTION,
  IMPORT_SECTION,
  sectionsOf,
  withSections,
} from "../../tools/wasm/sections.ts";
import { trainingOf } from "../bench/training.ts";

const [IF, BR_IF, ELSE, END, BLOCK, VOID, I32, GET, CONST] = [0x04, 0x0d, 0x05, 0x0b, 0x02, 0x40, 0x7f, 0x20, 0x41];

const list = (items: (Uint8Array | number[])[]): Buffer =>
  Buffer.concat([leb(items.length), ...items.map((item) => Buffer.from(item))]);
const section = (id: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([id]), leb(content.length), content]);

/** `choose(a)` is 1 if a is not 0, else 2; `leave(a)` is 3 if a is not 0, else 4. */
const choose = [1, 1, I32, GET, 0, IF, I32, CONST, 1, ELSE, CONST, 2, END, END];
const leave = [0, BLOCK, VOID, GET, 0, BR_IF, 0, CONST, 4, 0x0f, END, CONST, 3, END];
const module = Buffer.concat([
  Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]),
  section(1, list([[0x60, 1, I32, 1, I32]])),
  section(3, list([[0], [0]])),
  section(7, list(["choose", "leave"].map((name, index) => [name.length, ...Buffer.from(name), 0, index]))),
  section(CODE_SECTION, list([choose, leave].map((body) => [body.length, ...body]))),
]);

type Functions = Record<"choose" | "leave", (value: number) => number>;
const start = (bytes: Uint8Array, env: Record<string, unknown> = {}): Functions =>
  new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)), { env } as never)
    .exports as unknown as Functions;

/** Calls each function so many times with 1, and with 0. */
const training =
  (ones: number, zeros: number) =>
  (bytes: Uint8Array, count: Counter): void => {
    const counter = (condition: number, branch: number) => (count(branch, condition !== 0), condition);
    const { choose, leave } = start(bytes, { [COUNTER]: counter });
    for (let i = 0; i < ones; i++) assert.deepEqual([choose(1), leave(1)], [1, 3]);
    for (let i = 0; i < zeros; i++) assert.deepEqual([choose(0), leave(0)], [2, 4]);
  };

/** The hints of a module: the function, the place in its body, and the way. */
function hintsOf(bytes: Uint8Array): [index: number, at: number, way: number][] {
  const hints: [number, number, number][] = [];
  for (const { id, content } of sectionsOf(bytes)) {
    const reader = new Reader(content);
    if (id !== CUSTOM_SECTION || Buffer.from(reader.take(reader.leb())).toString() !== SECTION) continue;
    for (let functions = reader.leb(); functions > 0; functions--) {
      const index = reader.leb();
      for (let left = reader.leb(); left > 0; left--) {
        const [at, size, way] = [reader.leb(), reader.leb(), reader.leb()];
        assert.equal(size, 1);
        hints.push([index, at, way]);
      }
    }
    assert.ok(reader.isAtEnd);
  }
  return hints;
}

describe("hints of branches", () => {
  it("say which way a branch usually goes", async () => {
    assert.deepEqual(
      hintsOf(await withBranchHints(module, training(95, 5))).map(([, , way]) => way),
      [1, 1],
    );
    assert.deepEqual(
      hintsOf(await withBranchHints(module, training(5, 95))).map(([, , way]) => way),
      [0, 0],
    );
  });

  it("are at the branches, and change nothing", async () => {
    const hinted = await withBranchHints(module, training(40, 0));
    const bodies = bodiesOf(contentOf(sectionsOf(hinted), CODE_SECTION) as Uint8Array);
    assert.deepEqual(
      hintsOf(hinted).map(([index, at]) => bodies[index][at]),
      [IF, BR_IF],
    );
    const { choose, leave } = start(hinted);
    assert.deepEqual([choose(1), choose(0), leave(1), leave(0)], [1, 2, 3, 4]);
  });

  it("stand behind what the build adds last, which stays as it is", async () => {
    const added = Buffer.from([CONST, 0, IF, VOID, END]);
    const start = [3, 1];
    const last = (bytes: Uint8Array): Uint8Array => {
      const sections = sectionsOf(bytes);
      const bodies = bodiesOf(contentOf(sections, CODE_SECTION) as Uint8Array);
      const changed = bodies.map((body, index) => {
        const at = start[index];
        return Buffer.concat([body.subarray(0, at), added, body.subarray(at)]);
      });
      return withSections(bytes, sections, { [CODE_SECTION]: codeOf(changed) });
    };
    const hinted = await withBranchHints(module, training(40, 0), last);
    const bodies = bodiesOf(contentOf(sectionsOf(hinted), CODE_SECTION) as Uint8Array);
    assert.ok(bodies.every((body, index) => Buffer.from(body).indexOf(added) === start[index]));
    assert.deepEqual(
      hintsOf(hinted).map(([index, at]) => [bodies[index][at], at > start[index] + added.length]),
      [
        [IF, true],
        [BR_IF, true],
      ],
    );
  });

  it("are left out where both ways are usual, and where a branch hardly ever runs", async () => {
    assert.deepEqual(hintsOf(await withBranchHints(module, training(50, 50))), []);
    assert.deepEqual(hintsOf(await withBranchHints(module, training(31, 0))), []);
  });

  it("need an instruction to be known", () => {
    assert.throws(() => branchesOf(Buffer.from([0, 0xfb, 0, END])), /0xfb is unknown/);
    assert.throws(() => branchesOf(Buffer.from([0, 0xfc, 12, END])), /0xfc 12 is unknown/);
  });
});

describe("the hints of releases", () => {
  for (const plugin of ["ai-proxy", "ai-statistics", "key-auth"]) {
    it(`stand at branches of ${plugin}, most of which usually pass`, () => {
      const bytes = readFileSync(join(root, "build", `${plugin}.wasm`));
      const sections = sectionsOf(bytes);
      const imported = importedFunctions(contentOf(sections, IMPORT_SECTION));
      const bodies = bodiesOf(contentOf(sections, CODE_SECTION) as Uint8Array);
      const hints = hintsOf(bytes);
      assert.ok(hints.length > 50, `${hints.length} hints`);
      for (const [index, at] of hints) assert.ok([IF, BR_IF].includes(bodies[index - imported][at]));
      assert.ok(hints.filter(([, , way]) => way === 0).length > hints.length / 2);
    });
  }

  it("leave ai-proxy its fillers, which V8 needs whole", () => {
    const bytes = readFileSync(join(root, "build/ai-proxy.wasm"));
    const bodies = bodiesOf(contentOf(sectionsOf(bytes), CODE_SECTION) as Uint8Array);
    assert.deepEqual(
      bodies.slice(-FILLERS.length).map((body) => body.length),
      FILLERS,
    );
  });

  it("come from every branch: a counting copy of a module with all kinds of instructions is valid", async () => {
    for (const plugin of ["ai-cache", "ai-proxy"]) {
      const { copy } = await counting(readFileSync(join(root, "build", `${plugin}.wasm`)));
      assert.ok(WebAssembly.validate(Uint8Array.from(copy)), plugin);
    }
  });

  it("are not there if nothing is measured with the module", () => {
    assert.equal(trainingOf("ai-prompt-template"), undefined);
    assert.deepEqual(hintsOf(readFileSync(join(root, "build/ai-prompt-template.wasm"))), []);
  });
});
