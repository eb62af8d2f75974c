import { ModelPrice } from "../../../assembly/ai/prices/model-price";
import { writeMoney } from "../../../assembly/ai/prices/money";
import { PriceTable } from "../../../assembly/ai/prices/price-table";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ConfigReader } from "../../../assembly/config/reader";
import { ConfigReport } from "../../../assembly/config/report";
import { jsonValidate } from "../../../assembly/json/validate";
import { utf8, written } from "../assembly/slices";

const buffer = new ByteBuffer();

function money(amount: i64): string {
  writeMoney(amount, buffer);
  return written(buffer);
}

function errors(prices: string): string {
  const report = new ConfigReport();
  const json = utf8(`{"prices":${prices}}`);
  expect(jsonValidate(json)).toBe(0);
  const reader = new ConfigReader(json, "$", report);
  PriceTable.read(reader);
  reader.finish();
  return report.errors.concat(report.warnings).join("; ");
}

function table(prices: string): PriceTable {
  const report = new ConfigReport();
  const prices_ = PriceTable.read(new ConfigReader(utf8(`{"prices":${prices}}`), "$", report));
  expect(report.errors.join()).toBe("");
  return prices_;
}

function price(text: string): ModelPrice {
  return table(`{"*":${text}}`).find(utf8("x"))!;
}

function cost(prices: string, usage: string): string {
  const tokens = new TokenUsage();
  tokens.read(utf8(usage));
  return money(price(prices).costOf(tokens));
}

describe("the cost of a response", () => {
  test("is exact, with a price of its own for each kind of token", () => {
    const prices = '{"input":2.5,"cached_input":1.25,"cache_write":3.75,"output":10}';
    expect(cost(prices, '{"prompt_tokens":1000000,"completion_tokens":0}')).toBe("2.5");
    expect(cost(prices, '{"prompt_tokens":0,"completion_tokens":1000000}')).toBe("10");
    expect(cost(prices, '{"prompt_tokens":1000000,"prompt_tokens_details":{"cached_tokens":400000}}')).toBe("2");
    const anthropic =
      '{"input_tokens":100000,"cache_creation_input_tokens":200000,"cache_read_input_tokens":400000,"output_tokens":0}';
    expect(cost(prices, anthropic)).toBe("1.5");
    const published =
      '{"prompt_tokens":700000,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":400000,"cache_write_tokens":200000}}';
    expect(cost(prices, published)).toBe("1.5");
  });

  test("takes the price of input for a cache without one", () => {
    const prices = '{"input":"2","output":"0"}';
    expect(
      cost(prices, '{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":9,"cache_write_tokens":1}}'),
    ).toBe("0.00002");
  });

  test("has no rounding but one up, of the whole", () => {
    expect(cost('{"input":0.000001,"output":0}', '{"prompt_tokens":1,"completion_tokens":5}')).toBe("0.000000001");
    expect(cost('{"input":0.0005,"output":0.0005}', '{"prompt_tokens":1,"completion_tokens":1}')).toBe("0.000000001");
    expect(cost('{"input":0.0005,"output":0.0006}', '{"prompt_tokens":1,"completion_tokens":1}')).toBe("0.000000002");
    expect(cost('{"input":0.1,"output":0.2}', '{"prompt_tokens":3,"completion_tokens":3}')).toBe("0.0000009");
    expect(cost('{"input":0,"output":0}', '{"prompt_tokens":3,"completion_tokens":3}')).toBe("0");
  });

  test("is bounded, whatever the provider reports", () => {
    const prices = '{"input":1000,"cached_input":1000000000,"cache_write":1e9,"output":1000}';
    expect(cost('{"input":1,"output":0}', '{"prompt_tokens":1000000000000}')).toBe("1000000");
    expect(cost(prices, '{"prompt_tokens":1000000000000,"completion_tokens":1000000000000}')).toBe("1000000");
    const most = "9223372036854775807";
    const details = `{"cached_tokens":${most},"cache_write_tokens":${most}}`;
    expect(
      cost(prices, `{"prompt_tokens":${most},"completion_tokens":${most},"prompt_tokens_details":${details}}`),
    ).toBe("1000000");
    expect(cost(prices, '{"prompt_tokens":-5,"completion_tokens":-9223372036854775808}')).toBe("0");
    // More from the cache than there was input.
    expect(
      cost(
        '{"input":1,"cached_input":2,"output":0}',
        '{"prompt_tokens":1000000,"prompt_tokens_details":{"cached_tokens":9000000}}',
      ),
    ).toBe("2");
  });

  test("is estimated from tokens", () => {
    expect(money(price('{"input":2,"output":4}').costOfTokens(500_000, 250_000))).toBe("2");
    expect(money(price('{"input":2,"output":4}').costOfTokens(-1, i64.MAX_VALUE))).toBe("1000000");
  });
});

describe("a table of prices", () => {
  test("has whole names, beginnings of which the longest counts, and all others", () => {
    const models =
      '{"qwen-*":{"input":2,"output":0},"qwen-max":{"input":1,"output":0},"qwen-m*":{"input":3,"output":0},"\\u00e9*":{"input":5,"output":0},"*":{"input":4,"output":0}}';
    const prices = table(models);
    expect(prices.find(utf8("qwen-max"))!.costOfTokens(1, 0)).toBe(1000);
    expect(prices.find(utf8("qwen-max-latest"))!.costOfTokens(1, 0)).toBe(3000);
    expect(prices.find(utf8("qwen-turbo"))!.costOfTokens(1, 0)).toBe(2000);
    expect(prices.find(utf8("qwen-"))!.costOfTokens(1, 0)).toBe(2000);
    expect(prices.find(utf8("été"))!.costOfTokens(1, 0)).toBe(5000);
    expect(prices.find(utf8("Qwen-max"))!.costOfTokens(1, 0)).toBe(4000);
    expect(prices.find(utf8(""))!.costOfTokens(1, 0)).toBe(4000);
  });

  test("has no price for a model that it does not name", () => {
    const prices = table('{"gpt-4o":{"input":1,"output":1},"o*":{"input":1,"output":1}}');
    expect(prices.find(utf8("gpt-4o-mini")) === null).toBe(true);
    expect(prices.find(utf8("gpt-4")) === null).toBe(true);
    expect(prices.find(utf8("")) === null).toBe(true);
  });

  test("may have thousands of models", () => {
    let models = "{";
    for (let i = 0; i < 5000; i++)
      models += `"model-${i}":{"input":${i},"output":0},"m${i}-*":{"input":${i},"output":0},`;
    const prices = table(models + '"z":{"input":1,"output":1}}');
    expect(prices.find(utf8("model-4999"))!.costOfTokens(1, 0)).toBe(4_999_000);
    expect(prices.find(utf8("m123-x"))!.costOfTokens(1, 0)).toBe(123_000);
    expect(prices.find(utf8("m5000-x")) === null).toBe(true);
  });
});

const FIT = "must be at most 1000000000, with at most 6 decimals";

describe("a table of prices is refused", () => {
  test("for numbers that are no prices", () => {
    const values = [
      "-1",
      '"-1"',
      "1e999",
      "-1e999",
      "1e-999",
      "0.0000001",
      "1.00000000000000000000001",
      "1000000001",
      "99999999999999999999999",
      '"1e3"',
      '"abc"',
      '""',
      '"."',
      '"1.2.3"',
      '" 1"',
      '"NaN"',
      "true",
      "[]",
    ];
    const faults = [
      "must not be negative",
      "must be a number",
      FIT,
      "must not be negative",
      FIT,
      FIT,
      FIT,
      FIT,
      FIT,
      "must be a number",
      "must be a number",
      "must be a number",
      "must be a number",
      "must be a number",
      "must be a number",
      "must be a number",
      "must be a number",
      "must be a number",
    ];
    for (let i = 0; i < values.length; i++)
      expect(errors(`{"m":{"input":${values[i]},"output":1}}`)).toBe(`$.prices.m.input ${faults[i]}`, values[i]);
  });

  test("for a price that is missing or unknown", () => {
    expect(errors('{"m":{"input":1}}')).toBe("$.prices.m.output is required: write 0 if nothing is charged");
    expect(errors('{"m":{"output":1}}')).toBe("$.prices.m.input is required: write 0 if nothing is charged");
    expect(errors('{"m":{"input":1,"output":null}}')).toBe("$.prices.m.output must not be null: leave it out");
    expect(errors('{"m":{"input":1,"output":1,"cached":1}}')).toBe("$.prices.m.cached is not known and has no effect");
  });

  test("for names that no model has", () => {
    const ok = '{"input":1,"output":1}';
    expect(errors("{}")).toBe("$.prices must not be empty");
    expect(errors(`{"":${ok}}`)).toBe("$.prices has a model whose name is empty");
    expect(errors(`{" a":${ok}}`)).toBe("$.prices has a model whose name must not begin or end with a space:  a");
    expect(errors(`{"a*b":${ok}}`)).toBe("$.prices has a model whose name has a * before its end: a*b");
    expect(errors(`{"**":${ok}}`)).toBe("$.prices has a model whose name has a * before its end: **");
    expect(errors(`{"${"a".repeat(257)}":${ok}}`)).toBe("$.prices has a model whose name has more than 256 bytes");
    expect(errors('{"a":1}')).toBe("$.prices.a must be an object");
    expect(errors("[]")).toBe("$.prices must be an object of objects");
  });
});

test("amounts of money are written without zeros at the end", () => {
  expect(money(0)).toBe("0");
  expect(money(1)).toBe("0.000000001");
  expect(money(12_500_000_000)).toBe("12.5");
  expect(money(1_000_000_000)).toBe("1");
  expect(money(1_010_000_000)).toBe("1.01");
});
