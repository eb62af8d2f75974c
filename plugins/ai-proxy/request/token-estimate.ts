import { ESTIMATE_HEADER } from "../../../assembly/ai/contract";
import { PromptEstimate } from "../../../assembly/ai/prompt-estimate";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice } from "../../../assembly/bytes/slice";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { sendLocalReply } from "../../../assembly/host/reply";

const OK = 200;

const estimate = new PromptEstimate();
const body = new ByteBuffer();
const pairs = new HeaderPairs();

/**
 * Replies to a request for the number of its tokens with an estimate, which a header says it is.
 * https://platform.claude.com/docs/en/api/messages-count-tokens
 */
export function replyWithEstimate(request: Slice): void {
  estimate.read(request);
  body.clear();
  body.text('{"input_tokens":').integer(estimate.tokens).byte(0x7d);
  estimate.reset();
  pairs.clear();
  pairs.addText(ESTIMATE_HEADER, "input_tokens");
  sendLocalReply(OK, "ai-proxy.token_estimate", "application/json", body.slice, pairs);
}
