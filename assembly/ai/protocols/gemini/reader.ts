import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import { jsonContent, jsonFirst, jsonGet, jsonInteger, jsonKind, JsonKind, jsonNext } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { SseDecoder } from "../../../sse/decoder";
import { Choice } from "../../hub/choices";
import { FinishReason } from "../../hub/finish-reason";
import { ResponseReader } from "../../hub/response-reader";
import { ResponseSink } from "../../hub/response-sink";
import { TokenUsage } from "../../usage";
import { geminiFinish, isGeminiFailure } from "./finish";
import { Grounding } from "./grounding";
import { GeminiPart } from "./part";
import { GEMINI_REASONING } from "./reasoning-format";

const BAD_GATEWAY = 502;

/** Shared by all streams: an event is done with before the next one comes. */
const document = new JsonDocument();
const walker = new JsonWalker();
const part = new GeminiPart();
const unsaid = new ByteBuffer().text("The model could not write its response.");

/**
 * Reads the responses of Gemini's `generateContent`, and the events of its `streamGenerateContent?alt=sse`, into a sink.
 * A stream ends with its bytes; one whose candidates have no `finishReason` by then is ended by an error.
 * https://ai.google.dev/api/generate-content#GenerateContentResponse
 */
export class GeminiReader extends ResponseReader {
  private readonly grounding: Grounding = new Grounding();

  /** See `ResponseReader`. */
  constructor(sink: ResponseSink, tokens: TokenUsage) {
    super(sink, tokens);
    sink.reasoningFormat = GEMINI_REASONING;
    sink.usage(tokens);
    sink.places = this.grounding.places;
  }

  override free(): void {
    super.free();
    this.grounding.dispose();
  }

  protected readEvent(event: SseDecoder): void {
    const sink = this.sink;
    if (!event.hasData) {
      if (this.hasBegunResponse) sink.keepAlive();
      return;
    }
    if (!this.parse(event, document) || this.readFailure(document)) return;
    this.readResponse(document, false);
    sink.flush();
  }

  override pushWhole(response: JsonDocument, out: ByteBuffer): bool {
    if (!response.isObject) return false;
    this.sink.out = out;
    if (!this.readWhole(response, out) && !this.readFailure(response)) return false;
    this.noteOutput(out);
    return true;
  }

  override readWhole(response: JsonDocument, out: ByteBuffer): bool {
    const sink = this.sink;
    sink.out = out;
    const hasCandidate = jsonKind(jsonFirst(response.get("candidates"))) == JsonKind.Object;
    if (!hasCandidate && jsonGet(response.get("promptFeedback"), "blockReason") == ABSENT) return false;
    if (failedCandidate(response) != ABSENT) return false;
    this.readResponse(response, true);
    return this.endWhole();
  }

  private readResponse(response: JsonDocument, isWhole: bool): void {
    const sink = this.sink;
    this.tokens.read(response.get("usageMetadata"));
    this.beginOnce(response.get("responseId"));
    let position = 0;
    walker.start(response.get("candidates"));
    if (walker.enterArray()) while (walker.nextElement()) this.readCandidate(position++, isWhole);
    // The provider refused the request itself: there is no candidate.
    if (position || jsonGet(response.get("promptFeedback"), "blockReason") == ABSENT) return;
    const choice = sink.choose(0);
    if (choice) sink.finish(choice, FinishReason.ContentFilter);
  }

  /** Reads the candidate that the walker is at. Its index may stand behind its parts, so that it is looked for first. */
  private readCandidate(position: i32, isWhole: bool): void {
    const index = jsonInteger(jsonGet(walker.peek(), "index"), position);
    const choice = this.sink.choose(index >= 0 && index <= i32.MAX_VALUE ? <i32>index : position);
    if (choice === null || !walker.enterObject()) {
      walker.value();
      return;
    }
    const grounding = this.grounding;
    let finish = ABSENT;
    while (walker.nextMember()) {
      if (walker.keyIs("content")) this.readContent(choice);
      else if (walker.keyIs("finishReason")) finish = walker.value();
      else if (choice.index != 0) walker.value();
      else if (walker.keyIs("groundingMetadata")) grounding.keep(walker.value(), this.sink);
      else if (walker.keyIs("citationMetadata")) grounding.giveRepeated(walker.value(), choice, this.sink);
      else walker.value();
    }
    let reason = geminiFinish(finish);
    if (reason == FinishReason.None && isWhole) reason = FinishReason.Stop;
    if (reason == FinishReason.Stop && choice.calls > 0) reason = FinishReason.ToolCalls;
    if (reason == FinishReason.None) return;
    if (choice.index == 0) grounding.give(choice, this.sink);
    this.sink.finish(choice, reason);
  }

  private readContent(choice: Choice): void {
    if (!walker.enterObject()) {
      walker.value();
      return;
    }
    while (walker.nextMember()) {
      if (!walker.keyIs("parts") || !walker.enterArray()) walker.value();
      else
        while (walker.nextElement()) {
          part.read(walker);
          part.give(choice, this.sink);
        }
    }
  }

  /** Ends the response with the error of an event, or of a whole response, that is one or has a candidate that failed. */
  private readFailure(response: JsonDocument): bool {
    const error = response.get("error");
    if (jsonKind(error) == JsonKind.Object) {
      const status = jsonInteger(jsonGet(error, "code"), 500);
      const message = jsonContent(jsonGet(error, "message"));
      this.fail(status >= 400 && status < 600 ? <i32>status : 500, message, jsonContent(jsonGet(error, "status")));
      return true;
    }
    const candidate = failedCandidate(response);
    if (candidate == ABSENT) return false;
    const text = jsonContent(jsonGet(candidate, "finishMessage"));
    this.fail(BAD_GATEWAY, sliceSize(text) ? text : unsaid.slice, jsonContent(jsonGet(candidate, "finishReason")));
    return true;
  }
}

/** The first candidate that the model began and could not write, or ABSENT. */
function failedCandidate(response: JsonDocument): Slice {
  const candidates = response.get("candidates");
  for (let item = jsonFirst(candidates); item != ABSENT; item = jsonNext(candidates, item)) {
    if (isGeminiFailure(jsonGet(item, "finishReason"))) return item;
  }
  return ABSENT;
}
