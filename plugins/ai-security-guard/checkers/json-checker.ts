import { SecretSet } from "../../../assembly/bytes/secret-set";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";
import { jsonGet, JsonKind, jsonKind } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { readKey } from "./api-key";
import { CheckCall } from "./check-call";
import { Checker } from "./checker";
import { failOfStatus, replyObject } from "./reply";
import { Verdict } from "./verdict";

/** A service that takes and gives JSON. */
export abstract class JsonChecker extends Checker {
  /** The header with the API key and its value; empty without one. */
  private keyHeader: string = "";
  private keyValue: string = "";
  /** The API key; empty without one. */
  protected apiKey: string = "";
  /** The path of the calls. */
  protected path: string = "";

  /** Reads `apiKey`, which goes into `header` behind `scheme`. */
  protected readApiKey(
    reader: ConfigReader,
    isRequired: bool,
    header: string = "authorization",
    scheme: string = "Bearer ",
  ): void {
    if (!isRequired && !reader.has("apiKey")) return;
    const key = readKey(reader, "apiKey");
    this.apiKey = key;
    this.keyHeader = header;
    this.keyValue = `${scheme}${key}`;
    this.secrets = SecretSet.of([key]);
  }

  /** Takes over the API key and the path of another checker. */
  protected takeAccess(other: JsonChecker): void {
    this.keyHeader = other.keyHeader;
    this.keyValue = other.keyValue;
    this.secrets = other.secrets;
    this.path = other.path;
  }

  /** Reads `path`, the path of the calls. */
  protected readPath(fallback: string, reader: ConfigReader): void {
    this.path = reader.text("path", fallback);
    const isPath = this.path.startsWith("/") && isVisible(this.path) && !this.path.includes("#");
    if (!isPath) reader.fail("path", "must begin with / and be printable ASCII without blanks, as /v1/check");
  }

  /** Begins a call: the path, the headers, and the body as an object whose members the caller writes. */
  protected begin(call: CheckCall, path: string = this.path): JsonWriter {
    call.clear();
    call.path.text(path);
    call.headers.setText("content-type", "application/json");
    if (this.keyHeader.length) call.headers.setText(this.keyHeader, this.keyValue);
    return call.json.reset().beginObject();
  }

  /** The value of a response with status 200 whose kind is as expected; else `ABSENT`, and the verdict has failed. */
  protected replyOf(status: i32, body: Slice, kind: JsonKind, verdict: Verdict): Slice {
    const reply = replyObject(body);
    if (status != 200) failOfStatus(status, errorCode(reply), verdict);
    else if (reply == ABSENT) verdict.fail("not JSON");
    else if (jsonKind(reply) == kind) return reply;
    else verdict.fail(kind == JsonKind.Array ? "not a list" : "not an object");
    return ABSENT;
  }
}

/** The code of an error, as most services write it. */
function errorCode(reply: Slice): Slice {
  const error = jsonGet(reply, "error");
  if (jsonKind(error) != JsonKind.Object) return jsonGet(reply, "code");
  const code = jsonGet(error, "code");
  return jsonKind(code) == JsonKind.String ? code : jsonGet(error, "type");
}
