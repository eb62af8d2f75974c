import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { faultOf } from "../../tools/lint/import-directions.ts";

const allowed: [file: string, target: string][] = [
  ["assembly/json/value.ts", "assembly/json/token.ts"],
  ["assembly/json/value.ts", "assembly/bytes/slice.ts"],
  ["assembly/abi/memory.ts", "assembly/bytes/slice.ts"],
  ["assembly/host/headers.ts", "assembly/abi/imports.ts"],
  ["assembly/plugin/entry/core.ts", "assembly/host/log.ts"],
  ["plugins/a/filter.ts", "assembly/host/log.ts"],
  ["plugins/a/filter.ts", "plugins/a/config.ts"],
  ["plugins/a/providers/index.ts", "plugins/a/providers/x.ts"],
  ["plugins/a/providers/x/index.ts", "plugins/a/providers/x/events.ts"],
  ["plugins/a/providers/x.ts", "plugins/a/provider.ts"],
];

const forbidden: [file: string, target: string, why: RegExp][] = [
  ["assembly/bytes/slice.ts", "assembly/json/value.ts", /bytes may import nothing/],
  ["assembly/json/value.ts", "assembly/host/log.ts", /json may import bytes, text/],
  ["assembly/abi/memory.ts", "assembly/host/log.ts", /abi may import bytes/],
  ["assembly/host/headers.ts", "assembly/plugin/filter.ts", /host may import/],
  ["assembly/ai/usage.ts", "assembly/host/log.ts", /ai may import/],
  ["assembly/config/reader.ts", "plugins/a/config.ts", /the kernel knows no plugin/],
  ["assembly/stuff/x.ts", "assembly/bytes/slice.ts", /not a layer/],
  ["plugins/a/filter.ts", "assembly/abi/imports.ts", /does not touch the ABI/],
  ["plugins/a/filter.ts", "plugins/b/config.ts", /no plugin imports another/],
  ["plugins/a/providers/x.ts", "plugins/a/providers/y.ts", /no provider imports another/],
];

describe("import directions", () => {
  for (const [file, target] of allowed) {
    it(`lets ${file} import ${target}`, () => assert.equal(faultOf(file, target), ""));
  }
  for (const [file, target, why] of forbidden) {
    it(`keeps ${file} from ${target}`, () => assert.match(faultOf(file, target), why));
  }
});
