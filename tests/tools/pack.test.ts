// The data of a release is compressed in its file (tools/pack), and is in memory as the compiler wrote it before any statement runs.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { runCompiler } from "../../tools/compiler.ts";
import { packed, UNPACK } from "../../tools/pack/index.ts";
import { root } from "../../tools/plugins.ts";

const OUT = "build/test/pack.wasm";
const PAGE_BYTES = 65_536;
/** A text that begins and ends with what it repeats, and letters of more than one byte. */
const TEXT = `${"cannot be reached, ".repeat(40)}日本語, größer, 😀, ${"cannot be reached, ".repeat(2)}`;

/** Bytes without a pattern, the same in each run. */
function noise(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => (state = (state * 48_271) % 0x7fffffff) & 0xff);
}

/** A module whose global initializer reads static data, and whose page has no room for the compressed data beside it. */
const SOURCE = `
  import "./assembly/abi/abort";
  function sum(text: string): i32 {
    let sum = 0;
    for (let i = 0; i < text.length; i++) sum = sum * 31 + text.charCodeAt(i);
    return sum;
  }
  export const SUM: i32 = sum(${JSON.stringify(TEXT)});
  export function noise(): usize { return memory.data<u8>([${noise(56_001).join()}]); }
  export function zeros(): usize { return memory.data(1000, 16); }
  export function ones(): usize { return memory.data<u16>([${Array(1_000).fill(0xffff).join()}]); }
`;

/** The exports of a module after its start. */
async function started(module: Uint8Array): Promise<{ memory: WebAssembly.Memory; SUM: WebAssembly.Global }> {
  const instance = new WebAssembly.Instance(await WebAssembly.compile(Uint8Array.from(module)), {
    env: { proxy_log: () => 0 },
  });
  (instance.exports._initialize as () => void)();
  return instance.exports as never;
}

describe("the compressed data of a module", () => {
  let plain: Buffer;

  before(async () => {
    mkdirSync(join(root, "build/test"), { recursive: true });
    const options = ["--config", "asconfig.json", "--target", "release", "--baseDir", root];
    const message = await runCompiler([UNPACK, "pack-test.ts", ...options, "--outFile", OUT], {
      "pack-test.ts": SOURCE,
    });
    assert.equal(message, null);
    plain = readFileSync(join(root, OUT));
  });

  it("is in memory as the compiler wrote it, and nothing else is", async () => {
    const module = packed(plain);
    assert.ok(module.length < plain.length - 2_000, `${plain.length} to ${module.length} bytes`);
    const [expected, actual] = [await started(plain), await started(module)];
    const size = expected.memory.buffer.byteLength;
    assert.ok(Buffer.from(actual.memory.buffer, 0, size).equals(Buffer.from(expected.memory.buffer)));
    assert.ok(Buffer.from(actual.memory.buffer, size).every((byte) => byte === 0));
    assert.equal(actual.memory.buffer.byteLength, size + PAGE_BYTES);
  });

  it("is there for the initializers of globals", async () => {
    const expected = [...TEXT]
      .join("")
      .split("")
      .reduce((sum, unit) => (Math.imul(sum, 31) + unit.charCodeAt(0)) | 0, 0);
    assert.equal((await started(packed(plain))).SUM.value, expected);
  });

  it("gives the same bytes each time", () => {
    assert.ok(Buffer.from(packed(plain)).equals(packed(plain)));
  });

  it("is refused where a segment is not at a fixed address", () => {
    const passive = [5, 3, 1, 0, 1, 11, 4, 1, 1, 1, 65];
    assert.throws(
      () => packed(Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...passive])),
      /^Error: pack: a data segment is not at a fixed address$/,
    );
  });
});
