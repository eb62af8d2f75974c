import { ByteBuffer } from "../../../bytes/buffer";
import { Slice, sliceSize } from "../../../bytes/slice";
import { compactJson } from "../../../json/compact";
import { JsonDocument } from "../../../json/document";
import { jsonEquals, jsonGet, jsonKind, JsonKind } from "../../../json/value";
import { ToolNames } from "./tool-names";

/** The most memory that is kept for the next response. */
const KEPT_BYTES = 1024;
/** A field of more bytes is not repeated: each response holds it, and each stream three times. */
const LONGEST_REPEATED = 2048;

/** What a response needs of its request. */
export class AskedResponse {
  /** The tools that a function of a chat stands for. */
  readonly tools: ToolNames = new ToolNames();
  /** Whether reasoning is shown as a summary; else as the text of the reasoning itself. */
  wantsSummary: bool = false;
  private readonly repeated: ByteBuffer = new ByteBuffer();

  /** The members of a response object that repeat the request, each with a comma in front, on one line. */
  get members(): Slice {
    return this.repeated.slice;
  }

  /** Reads what the response repeats. https://platform.openai.com/docs/api-reference/responses/object */
  read(request: JsonDocument): void {
    this.clear();
    const summary = jsonGet(request.get("reasoning"), "summary");
    this.wantsSummary = jsonKind(summary) == JsonKind.String && !jsonEquals(summary, "none");
    this.repeat(request, "max_output_tokens", "null");
    this.repeat(request, "metadata", "{}");
    this.repeat(request, "parallel_tool_calls", "true");
    this.repeat(request, "reasoning", '{"effort":null,"summary":null}');
    this.repeat(request, "temperature", "null");
    this.repeat(request, "text", '{"format":{"type":"text"}}');
    this.repeat(request, "tool_choice", '"auto"');
    this.repeat(request, "top_p", "null");
  }

  /** Forgets the request; no large memory is kept. */
  clear(): void {
    this.repeated.release(KEPT_BYTES);
    this.tools.clear();
    this.wantsSummary = false;
  }

  /** Gives the memory back. */
  dispose(): void {
    this.tools.dispose();
    this.repeated.dispose();
  }

  /** Adds a member: the request's value, without the line ends that an event cannot hold, or the default. */
  private repeat(request: JsonDocument, name: string, other: string): void {
    const value = request.get(name);
    const kind = jsonKind(value);
    const out = this.repeated.text(',"').text(name).text('":');
    if (kind == JsonKind.Absent || kind == JsonKind.Null || sliceSize(value) > LONGEST_REPEATED) {
      out.text(other);
      return;
    }
    compactJson(value, out);
  }
}
