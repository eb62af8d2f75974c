import { HeaderEdits } from "../ai/header-edits";
import { ByteBuffer } from "../bytes/buffer";
import { percentEncode } from "../bytes/percent-encode";
import { ABSENT, indexOfByte, Slice, sliceOfBuffer } from "../bytes/slice";
import { Callout, dispatchHttp } from "../host/callout";
import { HeaderPairs } from "../host/header-pairs";
import { JsonWriter } from "../json/writer";
import { HttpService } from "../config/service";

const QUESTION_MARK: u32 = 0x3f;
const KEPT_BYTES: i32 = 16 << 10;

const pairs = new HeaderPairs();

/** An HTTP request to a service. One object serves all calls: its content is valid until the next one is written. */
export class ServiceCall {
  private method: string = "GET";
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
    return this.begin("GET", path);
  }

  /** Begins a POST of a JSON object, whose members the caller writes. */
  post(path: string): JsonWriter {
    return this.object("POST", path);
  }

  /** Begins a PUT, alike. */
  put(path: string): JsonWriter {
    return this.object("PUT", path);
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

  /** Sends the call. Returns `false`, and the callout is not told, if that is not possible. */
  send(service: HttpService, timeoutMilliseconds: i32, callout: Callout): bool {
    pairs.clear().addText(":method", this.method).add(":path", this.path.slice);
    pairs.addText(":authority", service.authority);
    const edits = this.headers;
    for (let i = 0; i < edits.count; i++) {
      if (edits.valueAt(i) != ABSENT) pairs.add(edits.nameAt(i), edits.valueAt(i));
      else pairs.addText(edits.nameAt(i), edits.textAt(i));
    }
    const isSent = dispatchHttp(service.cluster, pairs, this.body.slice, timeoutMilliseconds, callout);
    this.body.release(KEPT_BYTES);
    this.path.release(KEPT_BYTES);
    return isSent;
  }

  private object(method: string, path: string): JsonWriter {
    this.begin(method, path).headers.setText("content-type", "application/json");
    return this.json.reset().beginObject();
  }

  private begin(method: string, path: string): this {
    this.method = method;
    this.path.clear();
    this.path.text(path);
    this.headers.clear();
    this.headers.setText("accept", "application/json");
    this.body.clear();
    return this;
  }

  private name(name: string): void {
    this.path.byte(indexOfByte(this.path.slice, QUESTION_MARK) < 0 ? QUESTION_MARK : 0x26);
    const bytes = String.UTF8.encode(name);
    percentEncode(sliceOfBuffer(bytes), this.path);
    this.path.byte(0x3d);
  }
}
