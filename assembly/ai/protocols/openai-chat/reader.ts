import { ByteBuffer } from "../../../bytes/buffer";
import { Slice, sliceEquals, trimmed } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import { jsonContent, jsonEquals, jsonFirst, jsonGet, jsonInteger, jsonKind, JsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { SseDecoder } from "../../../sse/decoder";
import { FinishReason } from "../../hub/finish-reason";
import { ResponseReader } from "../../hub/response-reader";
import { ResponseSink } from "../../hub/response-sink";
import { Failure, failureOf } from "../../failure";
import { TokenUsage } from "../../usage";
import { ChatChoice } from "./choice";

/** Shared by all streams: an event is done with before the next one comes. */
const document = new JsonDocument();
const walker = new JsonWalker();
const choice = new ChatChoice();

/**
 * Reads OpenAI's chats, whole or as a stream of chunks, into a sink. A stream ends with `[DONE]`, or where its bytes end
 * after all choices have ended; one that breaks off before is ended by an error.
 * https://platform.openai.com/docs/api-reference/chat/streaming
 */
export class ChatReader extends ResponseReader {
  /** See `ResponseReader`. */
  constructor(sink: ResponseSink, tokens: TokenUsage) {
    super(sink, tokens);
    sink.usage(tokens);
  }

  protected readEvent(event: SseDecoder): void {
    const sink = this.sink;
    if (!event.hasData) {
      if (this.hasBegunResponse) sink.keepAlive();
      return;
    }
    if (sliceEquals(trimmed(event.data), "[DONE]")) {
      this.finish();
      return;
    }
    if (!this.parse(event, document)) return;
    if (this.readError(document)) return;
    this.readChoices(document, false);
    sink.flush();
    this.tokens.read(document.get("usage"));
  }

  override pushWhole(response: JsonDocument, out: ByteBuffer): bool {
    if (!response.isObject) return false;
    this.sink.out = out;
    if (!this.readError(response) && !this.readWhole(response, out)) return false;
    this.noteOutput(out);
    return true;
  }

  override readWhole(response: JsonDocument, out: ByteBuffer): bool {
    const sink = this.sink;
    sink.out = out;
    if (jsonKind(jsonFirst(response.get("choices"))) != JsonKind.Object) return false;
    this.readChoices(response, true);
    this.tokens.read(response.get("usage"));
    return this.endWhole();
  }

  private readChoices(response: JsonDocument, isWhole: bool): void {
    const sink = this.sink;
    this.beginOnce(response.get("id"));
    let position = 0;
    walker.start(response.get("choices"));
    if (!walker.enterArray()) return;
    while (walker.nextElement()) {
      choice.read(walker, position);
      const target = sink.choose(isWhole ? position : choice.index);
      position++;
      if (target === null) continue;
      choice.give(target, isWhole, sink);
      const isFinished = isWhole || choice.finish != FinishReason.None;
      if (isFinished) sink.finish(target, choice.finish == FinishReason.None ? FinishReason.Stop : choice.finish);
    }
  }

  /** Ends the response with the error that an event, or a whole response, has in place of choices. */
  private readError(response: JsonDocument): bool {
    const error = response.get("error");
    const kind = jsonKind(error);
    if (kind != JsonKind.Object && kind != JsonKind.String) return false;
    const text = kind == JsonKind.String ? error : jsonGet(error, "message");
    const status = statusOf(error, response.root);
    this.fail(status, jsonContent(text), jsonContent(jsonGet(error, "code")));
    return true;
  }
}

/** The status that fits an error: its numeric code, as OpenRouter has it, or what its cause means. */
function statusOf(error: Slice, response: Slice): i32 {
  const own = jsonInteger(jsonGet(error, "code"), 0);
  if (own >= 400 && own < 600) return <i32>own;
  switch (failureOf(response)) {
    case Failure.BadKey:
      return 401;
    case Failure.Credit:
      return 402;
    case Failure.Quota:
    case Failure.RateLimit:
      return 429;
    case Failure.Overloaded:
      return 503;
    case Failure.ContextLength:
      return 400;
    default:
      return jsonEquals(jsonGet(error, "type"), "invalid_request_error") ? 400 : 500;
  }
}
