import { PlainChat } from "../../assembly/ai/plain-chat";
import { ResponseFacts } from "../../assembly/ai/response-facts";
import { TokenUsage } from "../../assembly/ai/usage";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../assembly/bytes/slice";
import { JsonPath } from "../../assembly/json/path";
import { PathScanner } from "../../assembly/json/path-scanner";
import { PathSink, ValueKind } from "../../assembly/json/path-sink";
import { JsonKind, jsonKind, jsonUnescape } from "../../assembly/json/value";
import { wordsOf } from "./words";

/** The longest id or reason that is kept, and the longest one as JSON. */
const LONGEST: i32 = 256;
const LONGEST_ESCAPED: i32 = 6 * LONGEST + 2;

const plain = new PlainChat();

/** Where the facts are in a body that is read in pieces: the ids first. */
const ID_PATHS: i32 = 5;
const PATHS = pathsOf(
  "id response.id responseId message.id request_id choices.0.finish_reason stop_reason delta.stop_reason candidates.0.finishReason " +
    "output.choices.0.finish_reason output.finish_reason response.incomplete_details.reason",
);

/** The id of a response, and why the model has stopped; at most 256 bytes each, empty if the response does not say it. */
export class Facts extends ResponseFacts {
  readonly id: ByteBuffer = new ByteBuffer();
  readonly reason: ByteBuffer = new ByteBuffer();
  /** Created for the first body that is read in pieces; `null` before. */
  private scan: FactScan | null = null;

  override readId(value: Slice): void {
    if (!this.id.size) readName(value, this.id);
  }

  override readReason(value: Slice): void {
    readName(value, this.reason);
  }

  override readPlain(body: Slice, usage: TokenUsage): Slice {
    if (!plain.read(body, usage)) return ABSENT;
    this.readId(plain.id);
    this.readReason(plain.reason);
    return plain.model;
  }

  override readPiece(piece: Slice): void {
    let scan = this.scan;
    if (!scan) this.scan = scan = new FactScan(this);
    scan.scanner.push(piece);
  }

  override reset(): void {
    this.id.release(LONGEST);
    this.reason.release(LONGEST);
    const scan = this.scan;
    if (scan) scan.scanner.dispose();
    this.scan = null;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.reset();
    this.id.dispose();
    this.reason.dispose();
  }
}

/** Reads the facts of a body in pieces. */
class FactScan extends PathSink {
  readonly scanner: PathScanner = new PathScanner(PATHS);
  private isFresh: bool = false;
  private isIgnored: bool = false;

  constructor(private readonly facts: Facts) {
    super();
    this.scanner.passTo(this);
  }

  override beginValue(path: i32, kind: ValueKind): void {
    this.isFresh = true;
    this.isIgnored = kind != ValueKind.Text || (path < ID_PATHS && this.facts.id.size > 0);
  }

  override addText(path: i32, piece: Slice): void {
    if (this.isIgnored || !sliceSize(piece)) return;
    const name = path < ID_PATHS ? this.facts.id : this.facts.reason;
    if (this.isFresh) name.clear();
    this.isFresh = false;
    this.isIgnored = name.size + sliceSize(piece) > LONGEST;
    if (this.isIgnored) name.clear();
    else name.append(piece);
  }
}

/** Reads a string that is not empty; one that is too long leaves no name. */
function readName(value: Slice, name: ByteBuffer): void {
  if (jsonKind(value) != JsonKind.String || sliceSize(value) <= 2) return;
  name.clear();
  if (sliceSize(value) <= LONGEST_ESCAPED) jsonUnescape(value, name);
  if (name.size > LONGEST) name.clear();
}

function pathsOf(texts: string): JsonPath[] {
  const list = wordsOf(texts);
  const paths: JsonPath[] = [];
  for (let i = 0; i < list.length; i++) paths.push(new JsonPath(list[i]));
  return paths;
}
