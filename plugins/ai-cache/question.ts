import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { JsonPath } from "../../assembly/json/path";
import { PathScanner } from "../../assembly/json/path-scanner";
import { PathSink, ValueKind } from "../../assembly/json/path-sink";
import { JsonDocument } from "../../assembly/json/document";
import { jsonEquals, jsonFirst, jsonGet, JsonKind, jsonKind, jsonNext, jsonUnescape } from "../../assembly/json/value";

const NEW_LINE: u32 = 0x0a;
const NOWHERE = new ByteBuffer();

/** What the key of the reference is made of, in the order of the option's values. */
export const enum KeyStrategy {
  /** The value at `cacheKeyFrom`. */
  LastQuestion,
  /** The contents of all messages of the user. */
  AllQuestions,
  /** Nothing: the cache is off. */
  Disabled,
}

/** Collects the value at a path: a string without its escapes, anything else as it is written. */
class ValueCollector extends PathSink {
  out: ByteBuffer = NOWHERE;
  private start: i32 = 0;

  override beginValue(path: i32, kind: ValueKind): void {
    this.start = this.out.size;
  }

  override addText(path: i32, piece: Slice): void {
    this.out.append(piece);
  }

  override forget(path: i32): void {
    this.out.size = this.start;
  }
}

/** Finds the question of a request, which is the key of Higress's ai-cache. */
export class Question {
  private readonly scanner: PathScanner;
  private readonly values: ValueCollector = new ValueCollector();

  constructor(
    private readonly strategy: KeyStrategy,
    path: JsonPath,
  ) {
    this.scanner = new PathScanner([path]);
  }

  /** Appends the question; nothing if the request has none. */
  write(request: JsonDocument, out: ByteBuffer): void {
    if (this.strategy == KeyStrategy.AllQuestions) return writeAll(request.get("messages"), out);
    this.values.out = out;
    this.scanner.passTo(this.values);
    this.scanner.push(request.text);
    this.scanner.reset();
    this.values.out = NOWHERE;
  }
}

function writeAll(messages: Slice, out: ByteBuffer): void {
  const from = out.size;
  for (let message = jsonFirst(messages); message; message = jsonNext(messages, message)) {
    if (!jsonEquals(jsonGet(message, "role"), "user")) continue;
    const content = jsonGet(message, "content");
    if (out.size > from) out.byte(NEW_LINE);
    if (jsonKind(content) == JsonKind.String) jsonUnescape(content, out);
    else out.append(content);
  }
}
