import { ModelPrice } from "../../assembly/ai/prices/model-price";
import { PriceTable } from "../../assembly/ai/prices/price-table";
import { TokenUsage } from "../../assembly/ai/usage";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { LONGEST_VALUE } from "../../assembly/host/label-values";

/** The price of the tokens of a request, and the model that has served it. */
export class RequestPrice {
  /** The model that a response without an error names; empty without one. */
  readonly served: ByteBuffer = new ByteBuffer();
  /** Whether the price is that of the model that has served the request. */
  isServed: bool = false;
  /** `null` if it is unknown, or no limit counts costs. */
  private price: ModelPrice | null = null;

  /** Uses the price of a model, else what it was. Returns `false` if the model has none. */
  use(prices: PriceTable | null, model: Slice): bool {
    const price = prices && sliceSize(model) ? prices.find(model) : null;
    if (price) this.price = price;
    return price !== null;
  }

  /** A header of a response names the model: uses its price, and keeps the name unless the response is an error. */
  serve(prices: PriceTable | null, model: Slice, status: i32): void {
    this.isServed = this.use(prices, model);
    this.served.clear();
    if (status < 400 && sliceSize(model) <= LONGEST_VALUE) this.served.append(model);
  }

  /** What tokens cost that are not yet known in detail. */
  costOfTokens(input: i64, output: i64): i64 {
    const price = this.price;
    return price ? price.costOfTokens(input, output) : 0;
  }

  /** What a usage costs. */
  costOf(usage: TokenUsage): i64 {
    const price = this.price;
    return price ? price.costOf(usage) : 0;
  }

  /** Forgets the request. */
  reset(): void {
    this.price = null;
    this.isServed = false;
    this.served.clear();
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.served.dispose();
  }
}
