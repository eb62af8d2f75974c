import { ConfigReader } from "../../config/reader";
import { TokenUsage } from "../usage";
import { MONEY_UNIT } from "./money";

/** Decimals of a price per million tokens: a price is counted in 10^-12 of the currency per token. */
const DECIMALS: i32 = 6;
/** Price units in one unit of money. */
const PER_MONEY: i64 = 1000;
/** The highest price per million tokens. */
const MOST_PRICE: i64 = 1_000_000_000;
/** More tokens than any response has: a provider that reports more is not believed. */
const MOST_TOKENS: i64 = 1_000_000_000_000;
/** The most that one response costs, in price units: one million of the currency. The sum of four such amounts fits 64 bits. */
const MOST_COST: i64 = 1_000_000 * MONEY_UNIT * PER_MONEY;

/** What the tokens of a model cost. All amounts are whole numbers; nothing is rounded but the cost of a whole response. */
export class ModelPrice {
  private constructor(
    private readonly input: i64,
    private readonly cachedInput: i64,
    private readonly cacheWrite: i64,
    private readonly output: i64,
  ) {}

  /** Reads the prices per million tokens. Input that is read from or written to a cache costs as much as other input by default. */
  static read(reader: ConfigReader): ModelPrice {
    const input = required(reader, "input");
    return new ModelPrice(
      input,
      reader.decimalOrText("cached_input", input, DECIMALS, MOST_PRICE),
      reader.decimalOrText("cache_write", input, DECIMALS, MOST_PRICE),
      required(reader, "output"),
    );
  }

  /** What a response cost, in 10^-9 of the currency, rounded up. It is at most one million of the currency. */
  costOf(usage: TokenUsage): i64 {
    const input = bounded(usage.prompt, MOST_TOKENS);
    const cached = bounded(usage.cached, input);
    const written = bounded(usage.cacheWrite, input - cached);
    return rounded(
      product(input - cached - written, this.input) +
        product(cached, this.cachedInput) +
        product(written, this.cacheWrite) +
        product(bounded(usage.completion, MOST_TOKENS), this.output),
    );
  }

  /** What this many tokens cost, none of them from a cache, in the same unit. */
  costOfTokens(input: i64, output: i64): i64 {
    return rounded(
      product(bounded(input, MOST_TOKENS), this.input) + product(bounded(output, MOST_TOKENS), this.output),
    );
  }
}

function required(reader: ConfigReader, option: string): i64 {
  if (!reader.has(option)) reader.fail(option, "is required: write 0 if nothing is charged");
  return reader.decimalOrText(option, 0, DECIMALS, MOST_PRICE);
}

function bounded(tokens: i64, most: i64): i64 {
  return max<i64>(min(tokens, most), 0);
}

function product(tokens: i64, price: i64): i64 {
  return price && tokens > MOST_COST / price ? MOST_COST : tokens * price;
}

function rounded(cost: i64): i64 {
  return (min(cost, MOST_COST) + PER_MONEY - 1) / PER_MONEY;
}
