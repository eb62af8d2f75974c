import { ABSENT, Slice, sliceEquals, sliceSize } from "../../../bytes/slice";
import { jsonContent, jsonEquals, jsonFirst, jsonGet, jsonNext } from "../../../json/value";
import { RequestSink } from "../../hub/request-sink";
import { RequestMessage } from "./request-message";

/**
 * Reads the reasoning of an earlier response, which a client sends back, into a sink; `false` if it refused. The lists come
 * first, since they have signatures: `reasoning_details`, which the gateway's own responses have, or `thinking_blocks`.
 * https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks
 * https://docs.litellm.ai/docs/reasoning_content
 */
export function readReplayedReasoning(message: RequestMessage, sink: RequestSink): bool {
  const details = message.reasoningDetails;
  if (jsonFirst(details) != ABSENT) {
    for (let item = jsonFirst(details); item != ABSENT; item = jsonNext(details, item)) {
      if (!readDetail(item, sink)) return false;
    }
    return true;
  }
  const blocks = message.thinkingBlocks;
  if (jsonFirst(blocks) != ABSENT) {
    for (let item = jsonFirst(blocks); item != ABSENT; item = jsonNext(blocks, item)) {
      if (!readBlock(item, sink)) return false;
    }
    return true;
  }
  const text = jsonContent(message.reasoning);
  return sliceSize(text) ? sink.reasoningText(text, ABSENT) : true;
}

/** Reads one of `reasoning_details`; what another provider signed or encrypted is of no use to this one. */
function readDetail(item: Slice, sink: RequestSink): bool {
  const type = jsonGet(item, "type");
  const format = jsonContent(jsonGet(item, "format"));
  const isOwn = !sliceSize(format) || !sink.reasoningFormat.length || sliceEquals(format, sink.reasoningFormat);
  if (jsonEquals(type, "reasoning.encrypted")) {
    const data = jsonContent(jsonGet(item, "data"));
    return isOwn && sliceSize(data) ? sink.redactedReasoning(data) : true;
  }
  const text = jsonContent(jsonGet(item, jsonEquals(type, "reasoning.summary") ? "summary" : "text"));
  const signature = jsonContent(jsonGet(item, "signature"));
  return sink.reasoningText(text, isOwn && sliceSize(signature) ? signature : ABSENT);
}

function readBlock(item: Slice, sink: RequestSink): bool {
  if (jsonEquals(jsonGet(item, "type"), "redacted_thinking")) {
    const data = jsonContent(jsonGet(item, "data"));
    return sliceSize(data) ? sink.redactedReasoning(data) : true;
  }
  const signature = jsonContent(jsonGet(item, "signature"));
  return sink.reasoningText(jsonContent(jsonGet(item, "thinking")), sliceSize(signature) ? signature : ABSENT);
}
