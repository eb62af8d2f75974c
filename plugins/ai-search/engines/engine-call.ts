import { HeaderEdits } from "../../../assembly/ai/header-edits";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { percentEncode } from "../../../assembly/bytes/percent-encode";
import { indexOfByte, Slice, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { JsonWriter } from "../../../assembly/json/writer";

const QUESTION_MARK: u32 = 0x3f;

/** The HTTP request that an engine writes. One object serves all calls: its content is valid until the next one is written. */
export class EngineCall {
  /** Whether the method is POST instead of GET. */
  isPost: bool = false;
  /** The path with its query. */
  readonly path: ByteBuffer = new ByteBuffer();
  /** The headers, pseudo headers excepted. */
  readonly headers: HeaderEdits = new HeaderEdits();
  /** The body. */
  readonly body: ByteBuffer = new ByteBuffer();
  /** Writes the body. */
  readonly json: JsonWriter = new JsonWriter(this.body);

  /** Begins a GET. */
  get(path: string): this {
    this.clear();
    this.path.text(path);
    this.headers.setText("accept", "application/json");
    return this;
  }

  /** Begins a POST of a JSON object, whose members the caller writes. */
  post(path: string): JsonWriter {
    this.clear();
    this.isPost = true;
    this.path.text(path);
    this.headers.setText("accept", "application/json");
    this.headers.setText("content-type", "application/json");
    return this.json.reset().beginObject();
  }

  /** Adds a parameter to the query: UTF-8, which is percent-encoded. */
  parameter(name: string, value: Slice): this {
    this.name(name);
    percentEncode(value, this.path);
    return this;
  }

  /** Adds a parameter to the query. */
  textParameter(name: string, value: string): this {
    const bytes = String.UTF8.encode(value);
    return this.parameter(name, sliceOfBuffer(bytes));
  }

  /** Adds a number to the query. */
  number(name: string, value: i64): this {
    this.name(name);
    this.path.integer(value);
    return this;
  }

  /** Frees the memory if it has more than `limit` bytes. */
  release(limit: i32): void {
    this.body.release(limit);
    this.path.release(limit);
  }

  private clear(): void {
    this.isPost = false;
    this.path.clear();
    this.headers.clear();
    this.body.clear();
  }

  private name(name: string): void {
    this.path.byte(indexOfByte(this.path.slice, QUESTION_MARK) < 0 ? QUESTION_MARK : 0x26);
    const bytes = String.UTF8.encode(name);
    percentEncode(sliceOfBuffer(bytes), this.path);
    this.path.byte(0x3d);
  }
}
