import { ABSENT, Slice, sliceStartsWith } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService } from "../../../assembly/config/service";
import {
  jsonContent,
  jsonFirst,
  jsonGet,
  jsonInteger,
  jsonIsTrue,
  JsonKind,
  jsonKind,
  jsonNext,
} from "../../../assembly/json/value";
import { CheckCall } from "./check-call";
import { CheckPiece } from "./check-piece";
import { Checker } from "./checker";
import { JsonChecker } from "./json-checker";
import { EntityWriter } from "./presidio/operators";
import { roleOf } from "./role";
import { TextSpans } from "./spans";
import { Verdict, VerdictKind } from "./verdict";

const HOST = "api.lakera.ai";
const MOST_BYTES: i32 = 64_000;

const spans = new TextSpans();
const found = new EntityWriter();

/** Lakera Guard: the policy of a project says what is flagged. https://docs.lakera.ai/api-reference/lakera-api/guard/screen-content */
export class Lakera extends JsonChecker {
  private project: string = "";
  /** Whether personal data is masked. */
  private masks: bool = false;

  /** Reads the options. A self-hosted Lakera has no API key. */
  static read(reader: ConfigReader): Checker {
    const checker = new Lakera(HttpService.read(HOST, reader), MOST_BYTES);
    checker.readApiKey(reader, !reader.has("serviceHost"));
    checker.readPath("/v2/guard", reader);
    checker.project = reader.text("projectId");
    checker.masks = reader.boolean("payload", false);
    return checker;
  }

  override get knowsRoles(): bool {
    return true;
  }

  override get readsContent(): bool {
    return this.masks;
  }

  override writeCall(piece: CheckPiece, call: CheckCall): void {
    // Lakera knows the roles user, assistant and system.
    const role = roleOf(piece);
    const json = this.begin(call).key("messages").beginArray().beginObject();
    json.key("role").string(role == "tool" ? "user" : role);
    json.key("content").text(piece.content).endObject().endArray();
    if (this.project.length) json.key("project_id").string(this.project);
    json.key("breakdown").boolean(true);
    if (this.masks) json.key("payload").boolean(true);
    json.endObject();
  }

  protected override judge(status: i32, body: Slice, piece: CheckPiece, verdict: Verdict): void {
    const reply = this.replyOf(status, body, JsonKind.Object, verdict);
    if (reply == ABSENT) return;
    const flagged = jsonGet(reply, "flagged");
    if (jsonKind(flagged) == JsonKind.False) return;
    if (jsonKind(flagged) != JsonKind.True) return verdict.fail("not flagged and not unflagged");
    verdict.block();
    let isPersonal = false;
    let isOther = false;
    const breakdown = jsonGet(reply, "breakdown");
    for (let item = jsonFirst(breakdown); item != ABSENT; item = jsonNext(breakdown, item)) {
      if (!jsonIsTrue(jsonGet(item, "detected"))) continue;
      const type = jsonContent(jsonGet(item, "detector_type"));
      verdict.addLabel(type);
      verdict.addDetail(type, jsonContent(jsonGet(item, "result")));
      if (sliceStartsWith(type, "pii")) isPersonal = true;
      else isOther = true;
    }
    const canMask = this.masks && isPersonal && !isOther;
    if (canMask && mask(jsonGet(reply, "payload"), piece, verdict)) verdict.kind = VerdictKind.Mask;
  }
}

/** Replaces all places of `payload` by the names of what was found. Returns `false` if there are none, or wrong ones. */
function mask(payload: Slice, piece: CheckPiece, verdict: Verdict): bool {
  spans.clear();
  found.clear();
  for (let item = jsonFirst(payload); item != ABSENT; item = jsonNext(payload, item)) {
    const start = jsonInteger(jsonGet(item, "start"), -1);
    if (!spans.add(start, jsonInteger(jsonGet(item, "end"), -1), 0)) return false;
    found.add(jsonGet(item, "detector_type"));
  }
  return spans.count > 0 && spans.write(piece.content, found, verdict.masked);
}
