import { ByteBuffer } from "../../../bytes/buffer";
import { constant } from "../../../bytes/constant";
import { Slice, sliceSize, subslice } from "../../../bytes/slice";
import { compactJson } from "../../../json/compact";
import { JsonDocument } from "../../../json/document";
import { jsonEquals, jsonGet, jsonKind, JsonKind } from "../../../json/value";
import { ToolNames } from "./tool-names";

// Constants, since they lie side by side in memory: a response writes nearly all of them. The keys as they are written.
const LIMIT = constant(',"max_output_tokens":');
const METADATA = constant(',"metadata":');
const PARALLEL = constant(',"parallel_tool_calls":');
const REASONING = constant(',"reasoning":');
const TEMPERATURE = constant(',"temperature":');
const TEXT = constant(',"text":');
const CHOICE = constant(',"tool_choice":');
const TOP_P = constant(',"top_p":');
// What stands there if the request has no value.
const NULL = constant("null");
const NO_METADATA = constant("{}");
const MANY_CALLS = constant("true");
const NO_REASONING = constant('{"effort":null,"summary":null}');
const PLAIN_TEXT = constant('{"format":{"type":"text"}}');
const AUTO = constant('"auto"');

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
    this.repeat(request, LIMIT, NULL);
    this.repeat(request, METADATA, NO_METADATA);
    this.repeat(request, PARALLEL, MANY_CALLS);
    this.repeat(request, REASONING, NO_REASONING);
    this.repeat(request, TEMPERATURE, NULL);
    this.repeat(request, TEXT, PLAIN_TEXT);
    this.repeat(request, CHOICE, AUTO);
    this.repeat(request, TOP_P, NULL);
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
  private repeat(request: JsonDocument, key: Slice, other: Slice): void {
    // Without the comma, the quotes and the colon.
    const value = request.of(subslice(key, 2, sliceSize(key) - 2));
    const kind = jsonKind(value);
    const out = this.repeated.constant(key);
    if (kind == JsonKind.Absent || kind == JsonKind.Null || sliceSize(value) > LONGEST_REPEATED) {
      out.constant(other);
      return;
    }
    compactJson(value, out);
  }
}
