import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { bufferOf, Slice, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { JsonPath } from "../../../assembly/json/path";
import { JsonWriter } from "../../../assembly/json/writer";

/** Where a value comes from, in the order of `SOURCES`. */
export const enum Source {
  FixedValue,
  RequestHeader,
  RequestBody,
  ResponseHeader,
  ResponseBody,
  ResponseStreamingBody,
  /** The built-in values of the key, in every body that has one. */
  BuiltIn,
}

/** The values of `value_source`. */
export const SOURCES: string[] = [
  "fixed_value",
  "request_header",
  "request_body",
  "response_header",
  "response_body",
  "response_streaming_body",
];

/** Which of the values of a stream counts, in the order of `RULES`. Values that are empty do not count. */
export const enum Rule {
  First,
  Replace,
  Append,
}

/** The values of `rule`. */
export const RULES: string[] = ["first", "replace", "append"];

/** One item of `attributes`. */
export class Attribute {
  private readonly quoted: ArrayBuffer;

  constructor(
    /** Its name in the log. */
    readonly key: string,
    readonly source: Source,
    /** The fixed value, or the name of the header, in UTF-8. */
    readonly value: ArrayBuffer,
    /** The name of the header. */
    readonly header: string,
    /** Where it is in a body; `null` for the built-in values alone. */
    readonly path: JsonPath | null,
    /** The value where there is none; empty for no value. */
    readonly fallback: ArrayBuffer,
    readonly rule: Rule,
    /** Whether it is in `ai_log`. */
    readonly isInLog: bool,
    /** The property with which it is set as a tag of the span; empty for none. */
    readonly spanProperty: string,
    /** Whether it has a filter state of its own instead. */
    readonly isSeparate: bool,
  ) {
    const text = new ByteBuffer();
    new JsonWriter(text).string(key);
    this.quoted = bufferOf(text.slice);
    text.dispose();
  }

  /** The name in the log, as a JSON string. */
  get token(): Slice {
    return sliceOfBuffer(this.quoted);
  }
}
