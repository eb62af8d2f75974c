import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { jsonValidate } from "../../assembly/json/validate";
import { jsonGet, jsonInteger, JsonKind, jsonKind } from "../../assembly/json/value";

const MAXIMA: string[] = ["max_completion_tokens", "max_tokens", "max_output_tokens"];
const BYTES_PER_TOKEN: i32 = 4;

/** What a request is likely to cost. */
export class RequestEstimate {
  /** The tokens of the prompt; 0 where the body is no JSON object. */
  prompt: i64 = 0;
  private most: i64 = -1;

  /** Reads the body of a request. */
  read(body: Slice): void {
    this.reset();
    if (jsonValidate(body) || jsonKind(body) != JsonKind.Object) return;
    this.prompt = (sliceSize(body) + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    for (let i = 0; i < MAXIMA.length; i++) {
      const value = jsonGet(body, MAXIMA[i]);
      if (jsonKind(value) == JsonKind.Number) this.most = max(this.most, jsonInteger(value, -1));
    }
  }

  /** The tokens that its output may have, at most `cap`; `cap` if the request states no maximum. */
  output(cap: i64): i64 {
    if (!this.prompt) return 0;
    return this.most < 0 ? cap : min(this.most, cap);
  }

  /** Forgets the request. */
  reset(): void {
    this.prompt = 0;
    this.most = -1;
  }
}
