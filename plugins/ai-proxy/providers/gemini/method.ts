import { Api } from "../../../../assembly/ai/api";
import { plainModel } from "../../../../assembly/ai/protocols/gemini/model";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Exchange } from "../../exchange";
import { writeModelSegment } from "../../model-segment";

/**
 * Appends the path of the method that serves the request: `/v1beta/models/MODEL:generateContent` and the like. `false` if
 * `exchange.refuse` was called. https://ai.google.dev/api/generate-content
 */
export function writeMethod(exchange: Exchange, version: string, out: ByteBuffer): bool {
  out.byte(0x2f).text(version).text("/models/");
  if (!writeModelSegment(exchange, plainModel(exchange.model.slice), out)) return false;
  if (exchange.api == Api.Embeddings) out.text(":batchEmbedContents");
  else if (exchange.api == Api.CountTokens) out.text(":countTokens");
  else out.text(exchange.streaming ? ":streamGenerateContent?alt=sse" : ":generateContent");
  return true;
}
