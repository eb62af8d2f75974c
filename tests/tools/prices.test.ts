// `make prices` prints a table that ai-token-ratelimit accepts, or says which lines are wrong.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "yaml";
import { root } from "../../tools/plugins.ts";
import { readCsv } from "../../tools/prices/csv.ts";
import { pricesOption } from "../../tools/prices/table.ts";
import { ProxyHost } from "../host/proxy-host.ts";

const folder = mkdtempSync(join(tmpdir(), "prices-"));
after(() => rmSync(folder, { recursive: true }));

function run(...files: string[]): { status: number | null; stdout: string; stderr: string } {
  const options = { cwd: root, encoding: "utf8" } as const;
  return spawnSync(process.execPath, ["--import", "tsx", "tools/prices/main.ts", ...files], options);
}

const read = (text: string): unknown => parse(pricesOption(readCsv(text)));

describe("make prices", () => {
  it("prints the shipped table, which the plugin accepts", () => {
    const { status, stdout } = run();
    assert.equal(status, 0);
    const { prices } = parse(stdout) as { prices: Record<string, object> };
    assert.deepEqual(prices["gpt-4o"], { input: 2.5, cached_input: 1.25, output: 10 });
    assert.ok(Object.keys(prices).length > 40 && Object.keys(prices).length <= 60);
    const host = new ProxyHost("build/ai-token-ratelimit.wasm", { logLevel: "warn" });
    const config = { rule_name: "r", global_threshold: { cost_per_month: 1 }, prices };
    assert.ok(host.configure("ai-token-ratelimit", JSON.stringify(config)));
    assert.deepEqual(host.vm.logs, []);
  });

  it("reads columns in any order, quoted fields, CRLF and a byte order mark", () => {
    const text =
      '\uFEFFnote,output, input,model\r\n"a, ""b""\r\nc",2, 0.000001 ,qwen-*\r\n\r\n,"3",1,"x: y"\r\n,1,1,true\r\n,1,1,*';
    const one = { input: 1, output: 1 };
    assert.deepEqual(read(text), {
      prices: { "qwen-*": { input: 0.000001, output: 2 }, "x: y": { input: 1, output: 3 }, true: one, "*": one },
    });
  });

  it("names every wrong line", () => {
    const file = join(folder, "table.csv");
    const lines = [
      "model,input,cached_input,output",
      "a,1,,1",
      "b,-1,,1",
      "a,1,,",
      "c*d,1e3,0.0000001,1",
      ",1,,9999999999",
    ];
    writeFileSync(file, lines.join("\n"));
    const { status, stdout, stderr } = run(file);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    const price = "must be a price from 0 to 1000000000 with at most 6 decimals, not";
    assert.deepEqual(stderr.replaceAll(`${file}: `, "").trim().split("\n"), [
      `line 3: input ${price} -1`,
      "line 4: a is in line 2 already",
      "line 4: output is required: write 0 if nothing is charged",
      "line 5: c*d has a * before its end",
      `line 5: input ${price} 1e3`,
      `line 5: cached_input ${price} 0.0000001`,
      "line 6: model is required",
      `line 6: output ${price} 9999999999`,
    ]);
  });

  for (const [text, error] of [
    ["", /^line 1: there is no model$/],
    ["model,input,output\n", /^line 1: there is no model$/],
    ["name,in,out\na,1,1", /^line 1: the header has no model, input, output$/],
    ["model,input,output\na,1", /^line 2: has 2 fields, the header has 3$/],
    ['model,input,output\n"a,1,1', /^line 2: has a quotation mark that does not end/],
    ['model,input,output\n"a"b,1,1', /^line 2: has a quotation mark that does not end, or text beside it$/],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => read(text), { message: error });
    });
  }

  it("says which file is not there", () => {
    const { status, stderr } = run(join(folder, "none.csv"));
    assert.equal(status, 1);
    assert.match(stderr, /none\.csv: ENOENT/);
  });
});
