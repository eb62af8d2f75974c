import { PromptEstimate } from "../../assembly/ai/prompt-estimate";

/** What a request is likely to cost. */
export class RequestEstimate extends PromptEstimate {
  /** The tokens of the prompt; 0 where the body is no request to a model. */
  get prompt(): i64 {
    return this.tokens;
  }

  /** The tokens that its output may have, at most `cap` for each choice; `cap` if the request states no maximum. */
  output(cap: i64): i64 {
    if (!this.hasText) return 0;
    return (this.maxTokens < 0 ? cap : min(this.maxTokens, cap)) * this.choices;
  }
}
