import { Api } from "../../../../assembly/ai/api";
import { StreamTransform } from "../../../../assembly/ai/hub/stream-transform";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Slice, startsWithIgnoringCase } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { JsonDocument } from "../../../../assembly/json/document";
import { streamSink, wholeSink } from "../../../../plugins/ai-proxy/client-sink";
import { ApiToken } from "../../../../plugins/ai-proxy/config/api-token";
import { ProviderOptions } from "../../../../plugins/ai-proxy/config/provider-type";
import { ValueSource } from "../../../../plugins/ai-proxy/config/value-source";
import { Exchange } from "../../../../plugins/ai-proxy/exchange";
import { writeModelSegment } from "../../../../plugins/ai-proxy/model-segment";
import { BodyTreatment, Provider } from "../../../../plugins/ai-proxy/provider";
import { ConverseStream } from "./converse-stream";
import { readResponse, translateRequest } from "./messages";
import { SessionSource } from "./session";
import { sign } from "./signature";

class ConverseOptions extends ProviderOptions {
  session: SessionSource | null = null;
}

/** The shape of Bedrock's Converse API. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */
class Converse extends Provider {
  override readOptions(reader: ConfigReader): ProviderOptions {
    const options = new ConverseOptions();
    const cluster = reader.text("sessionCluster");
    if (cluster.length) options.session = new SessionSource(cluster);
    return options;
  }

  serves(exchange: Exchange): bool {
    return exchange.api == Api.ChatCompletions || exchange.api == Api.Models;
  }

  override putsModelInPath(exchange: Exchange): bool {
    return exchange.api == Api.ChatCompletions;
  }

  writePath(exchange: Exchange, out: ByteBuffer): bool {
    if (exchange.api == Api.Models) out.text("/models?detail=full");
    if (exchange.api != Api.ChatCompletions) return true;
    out.text("/model/");
    if (!writeModelSegment(exchange, exchange.model.slice, out)) return false;
    out.text(exchange.streaming ? "/converse-stream" : "/converse");
    return true;
  }

  override authorize(token: ApiToken, exchange: Exchange): void {}

  override credential(exchange: Exchange): ValueSource | null {
    return (exchange.config.options as ConverseOptions).session;
  }

  override sign(exchange: Exchange, method: Slice, path: Slice, body: Slice): bool {
    return sign(exchange, method, path, body);
  }

  override requestTreatment(exchange: Exchange): BodyTreatment {
    return exchange.api == Api.ChatCompletions ? BodyTreatment.Converted : BodyTreatment.OpenAi;
  }

  override translateRequest(exchange: Exchange, request: JsonDocument, out: ByteBuffer): bool {
    return translateRequest(exchange, request, out);
  }

  override responseTreatment(exchange: Exchange): BodyTreatment {
    return this.requestTreatment(exchange);
  }

  override translateResponse(exchange: Exchange, response: JsonDocument, out: ByteBuffer): bool {
    const sink = wholeSink(exchange);
    sink.out = out;
    const isRead = readResponse(exchange, response, sink);
    sink.free();
    return isRead;
  }

  override isStream(contentType: Slice): bool {
    return startsWithIgnoringCase(contentType, "application/vnd.amazon.eventstream");
  }

  override translateStream(exchange: Exchange): StreamTransform | null {
    return new ConverseStream(exchange, streamSink(exchange));
  }

  override errorMessage(response: JsonDocument): Slice {
    return response.get("message");
  }
}

/** The type `converse`. */
export const converse = new Converse({ type: "converse", host: "converse.example", signs: true });
