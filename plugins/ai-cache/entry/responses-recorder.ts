import { FinishReason } from "../../../assembly/ai/hub/finish-reason";
import { ResponseReader } from "../../../assembly/ai/hub/response-reader";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceEquals, sliceStartsWith, subslice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { jsonContent, jsonEquals, jsonGet, jsonInteger } from "../../../assembly/json/value";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { EntryWriter } from "./entry-writer";
import { ResponseItems } from "./response-items";

/** What every id of a response begins with; writers of Responses put it in front of any id. */
const ID_PREFIX = "resp_";

const event = new JsonDocument();
const whole = new JsonDocument();

/**
 * Reads a response of OpenAI's Responses as it passes, and writes the message that is stored. The last event of a stream has the whole response:
 * the events before it are not read. One object a response. https://platform.openai.com/docs/api-reference/responses-streaming
 */
export class ResponsesRecorder extends ResponseReader {
  private readonly items: ResponseItems = new ResponseItems();

  /** Reads the usage into `usage`. */
  constructor(
    private readonly writer: EntryWriter,
    usage: TokenUsage,
  ) {
    super(writer, usage);
    writer.usage(usage);
    writer.model = this.items.model;
  }

  override readWhole(response: JsonDocument, out: ByteBuffer): bool {
    this.writer.out = out;
    this.read(response);
    return this.writer.isWhole;
  }

  override free(): void {
    super.free();
    this.items.dispose();
  }

  protected override readEvent(sse: SseDecoder): void {
    if (!sse.hasData || isStep(sse.event)) return;
    if (!this.parse(sse, event)) return;
    const type = event.get("type");
    if (isStep(jsonContent(type))) return;
    const isLast = jsonEquals(type, "response.completed") || jsonEquals(type, "response.incomplete");
    if (isLast && whole.parse(event.get("response")) == JsonError.None && whole.isObject) this.read(whole);
    else this.writer.isLossy = true;
  }

  private read(response: JsonDocument): void {
    const writer = this.writer;
    const items = this.items;
    items.begin(response);
    writer.created = jsonInteger(response.get("created_at"), 0);
    const id = jsonContent(response.get("id"));
    writer.begin(sliceStartsWith(id, ID_PREFIX) ? subslice(id, ID_PREFIX.length) : id);
    const choice = writer.choose(0);
    if (choice === null) return;
    items.give(response.get("output"), choice, writer);
    const reason = reasonOf(response, writer.hasToolCalls);
    // An event before may have been lost already.
    if (!items.isStorable || reason == FinishReason.None) writer.isLossy = true;
    writer.finish(choice, reason == FinishReason.None ? FinishReason.Stop : reason);
    this.tokens.read(response.get("usage"));
    writer.end();
    writer.isTerminated = true;
  }
}

/** Whether an event of this type is one before the last: what it says stands in the last one, too. */
function isStep(type: Slice): bool {
  if (!sliceStartsWith(type, "response.")) return false;
  const name = subslice(type, 9);
  return !sliceEquals(name, "completed") && !sliceEquals(name, "incomplete") && !sliceEquals(name, "failed");
}

/** Why a response has ended; `None` if it has failed, or for a reason that the stored message has no word for. */
function reasonOf(response: JsonDocument, hasToolCalls: bool): FinishReason {
  if (jsonEquals(response.get("status"), "completed")) return hasToolCalls ? FinishReason.ToolCalls : FinishReason.Stop;
  if (!jsonEquals(response.get("status"), "incomplete")) return FinishReason.None;
  const reason = jsonGet(response.get("incomplete_details"), "reason");
  if (jsonEquals(reason, "max_output_tokens")) return FinishReason.Length;
  return jsonEquals(reason, "content_filter") ? FinishReason.ContentFilter : FinishReason.None;
}
