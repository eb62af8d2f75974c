import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { sliceOf } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { ConfigReport } from "../../../assembly/config/report";
import { jsonValidate } from "../../../assembly/json/validate";
import { JsonWriter } from "../../../assembly/json/writer";
import { PromptRole } from "../../../assembly/ai/prompt/role";
import { readChecker } from "../../../plugins/ai-security-guard/checkers";
import { CheckCall } from "../../../plugins/ai-security-guard/checkers/check-call";
import { CheckPiece, CheckSide, PieceKind } from "../../../plugins/ai-security-guard/checkers/check-piece";
import { Checker } from "../../../plugins/ai-security-guard/checkers/checker";
import { Verdict } from "../../../plugins/ai-security-guard/checkers/verdict";
import { out } from "./output";

export { outSize, outStart } from "./output";

const KINDS = ["pass", "mask", "block", "failed"];

const call = new CheckCall();
const piece = new CheckPiece();
const verdict = new Verdict();
const configuration = new ByteBuffer();
const content = new ByteBuffer();
const consumerName = new ByteBuffer();
const media = new ByteBuffer();
const session = new ByteBuffer().text("0123456789abcdef0123");
const json = new JsonWriter(out);
let checker: Checker | null = null;

/** Reads a configuration; the output is the errors and warnings, one a line. Returns whether it can be used. */
export function configure(start: usize, size: i32): bool {
  configuration.clear();
  configuration.append(sliceOf(start, size));
  out.clear();
  if (jsonValidate(configuration.slice)) return false;
  const report = new ConfigReport();
  const reader = new ConfigReader(configuration.slice, "$", report);
  checker = readChecker(reader);
  reader.finish();
  for (let i = 0; i < report.errors.length; i++) out.text(`${report.errors[i]}\n`);
  for (let i = 0; i < report.warnings.length; i++) out.text(`warning: ${report.warnings[i]}\n`);
  return !report.failed;
}

/** Sets the text of the piece that is checked. */
export function setPiece(start: usize, size: i32, kind: i32, side: i32, role: i32): void {
  content.clear();
  content.append(sliceOf(start, size));
  piece.kind = <PieceKind>kind;
  piece.side = <CheckSide>side;
  piece.role = <PromptRole>role;
  piece.content = content.slice;
  piece.mediaType = media.size ? media.slice : 0;
  piece.session = session.slice;
}

/** Sets the name of the consumer; the checker for it is used until the next configuration. */
export function setConsumer(start: usize, size: i32): void {
  consumerName.clear();
  consumerName.append(sliceOf(start, size));
  checker = checker!.forConsumer(consumerName.slice);
}

/** Sets the media type of images. */
export function setMedia(start: usize, size: i32): void {
  media.clear();
  media.append(sliceOf(start, size));
}

/** Whether the checker takes pieces of this kind. */
export function takes(kind: i32): bool {
  return checker!.takes(<PieceKind>kind);
}

/** Writes the call for the piece; the output is a JSON object. */
export function writeCall(time: i64, random: u64, random2: u64): void {
  call.time = time;
  call.random = random;
  call.random2 = random2;
  checker!.writeCall(piece, call);
  out.clear();
  json.reset().beginObject().key("cluster").string(checker!.service.cluster);
  json.key("authority").string(checker!.service.authority);
  json.key("path").text(call.path.slice).key("headers").beginObject();
  for (let i = 0; i < call.headers.count; i++) {
    json.key(call.headers.nameAt(i));
    if (call.headers.valueAt(i)) json.text(call.headers.valueAt(i));
    else json.string(call.headers.textAt(i));
  }
  json.endObject().key("body").text(call.body.slice).endObject();
}

/** Reads a reply; the output is the verdict as a JSON object. */
export function readReply(status: i32, start: usize, size: i32): void {
  checker!.readReply(status, sliceOf(start, size), piece, verdict);
  out.clear();
  json.reset().beginObject().key("kind").string(KINDS[verdict.kind]);
  json.key("reason").text(verdict.reason.slice).key("labels").text(verdict.labels.slice);
  json.key("words").text(verdict.words.slice).key("level").text(verdict.level.slice);
  json.key("score").integer(verdict.score).key("details").raw(verdict.details.slice).key("code").integer(verdict.code);
  json.key("message").text(verdict.message.slice).key("masked").text(verdict.masked.slice).endObject();
}
