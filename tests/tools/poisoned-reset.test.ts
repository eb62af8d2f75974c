// SPDX-License-Identifier: Apache-2.0
// What the poisoned build does to objects that are used again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { poisonedSource, poisonedSources } from "../../tools/poisoned-reset.ts";

const classWith = (fields: string, reset: string): string =>
  `class Other {\n  size: i32 = 0;\n}\n\nexport class Used {\n${fields}\n\n  reset(): void {\n${reset}\n  }\n}\n`;

describe("the poisoned build of a class with reset", () => {
  it("puts a wrong value into every field of a plain type, before the fields are set", () => {
    const text = classWith('  isOpen: bool = false;\n  private name: string = "";', "    this.isOpen = false;");
    const wrong = '    this.isOpen = true;\n    this.name = "poison";\n';
    assert.equal(
      poisonedSource(text, "a.ts"),
      text.replace("    this.isOpen = false;", `${wrong}    this.isOpen = false;`),
    );
  });

  it("leaves what reset reads before it sets the first field, and fields that are readonly", () => {
    const fields = "  readonly list: Item = new Item();\n  item: Item | null = null;\n  count: i64 = 0;";
    const reset = "    const item = this.item;\n    if (item) item.free();\n    this.item = null;\n    this.count = 0;";
    const poisoned = poisonedSource(classWith(fields, reset), "a.ts");
    assert.match(poisoned, /item\.free\(\);\n {4}this\.count = <i64>0x5a5a5a5a;\n {4}this\.item = null;/);
  });

  it("refuses a reset that does not mention a field with a reference", () => {
    const text = classWith("  item: Item | null = null;\n  count: i64 = 0;", "    this.count = 0;");
    assert.throws(() => poisonedSource(text, "a.ts"), /a\.ts: reset does not mention the field item/);
  });

  it("covers the filters that are used again", () => {
    const filters = Object.keys(poisonedSources()).filter((file) => file.endsWith("/filter.ts"));
    assert.deepEqual(
      filters.map((file) => file.split("/")[1]),
      [
        "ai-cache",
        "ai-data-masking",
        "ai-history",
        "ai-prompt-decorator",
        "ai-prompt-guard",
        "ai-prompt-template",
        "ai-proxy",
        "ai-quota",
        "ai-search",
        "ai-security-guard",
        "ai-statistics",
        "ai-token-ratelimit",
        "chatgpt-proxy",
        "cluster-key-rate-limit",
        "key-auth",
        "key-rate-limit",
        "model-mapper",
        "model-router",
        "request-block",
      ],
    );
  });
});
