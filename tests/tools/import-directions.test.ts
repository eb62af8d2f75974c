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
  ["plugins/ai-proxy/exchange.ts", "plugins/ai-proxy/config/address.ts"],
  ["plugins/ai-proxy/provider.ts", "plugins/ai-proxy/exchange.ts"],
  ["plugins/ai-proxy/providers/x.ts", "plugins/ai-proxy/openai-compatible.ts"],
  ["plugins/ai-proxy/request/x.ts", "plugins/ai-proxy/providers/index.ts"],
  ["plugins/ai-proxy/filter.ts", "plugins/ai-proxy/response/x.ts"],
];

const forbidden: [file: string, target: string, why: RegExp][] = [
  ["assembly/bytes/slice.ts", "assembly/json/value.ts", /bytes may import nothing/],
  ["assembly/json/value.ts", "assembly/host/log.ts", /json may import bytes/],
  ["assembly/abi/memory.ts", "assembly/host/log.ts", /abi may import bytes/],
  ["assembly/host/headers.ts", "assembly/plugin/filter.ts", /host may import/],
  ["assembly/ai/usage.ts", "assembly/host/log.ts", /ai may import/],
  ["assembly/config/reader.ts", "plugins/a/config.ts", /the kernel knows no plugin/],
  ["assembly/stuff/x.ts", "assembly/bytes/slice.ts", /not a layer/],
  ["plugins/a/filter.ts", "assembly/abi/imports.ts", /does not touch the ABI/],
  ["plugins/a/filter.ts", "assembly/compat/index.ts", /the API of another runtime/],
  ["plugins/a/filter.ts", "plugins/b/config.ts", /no plugin imports another/],
  ["plugins/a/providers/x.ts", "plugins/a/providers/y.ts", /no provider imports another/],
  ["plugins/ai-proxy/config/x.ts", "plugins/ai-proxy/exchange.ts", /config\/ may not import the exchange/],
  ["plugins/ai-proxy/exchange.ts", "plugins/ai-proxy/provider.ts", /may not import the provider interface/],
  ["plugins/ai-proxy/providers/x.ts", "plugins/ai-proxy/providers/index.ts", /may not import the list/],
  ["plugins/ai-proxy/providers/x.ts", "plugins/ai-proxy/response/y.ts", /may not import request/],
  ["plugins/ai-proxy/request/x.ts", "plugins/ai-proxy/response/y.ts", /do not import each other/],
  ["plugins/ai-proxy/request/x.ts", "plugins/ai-proxy/filter.ts", /may not import the filter/],
  ["plugins/ai-proxy/other.ts", "plugins/ai-proxy/exchange.ts", /other\.ts is on no floor/],
];

describe("import directions", () => {
  for (const [file, target] of allowed) {
    it(`lets ${file} import ${target}`, () => assert.equal(faultOf(file, target), ""));
  }
  for (const [file, target, why] of forbidden) {
    it(`keeps ${file} from ${target}`, () => assert.match(faultOf(file, target), why));
  }
});
