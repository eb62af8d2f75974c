import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { percentEncode } from "../../../assembly/bytes/percent-encode";
import { ABSENT, Slice, sliceEndsWith, sliceOfBuffer, sliceToString } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService } from "../../../assembly/config/service";
import {
  jsonAt,
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
  jsonUnescape,
  jsonUtf8,
} from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { CheckCall } from "./check-call";
import { CheckPiece, CheckSide, PieceKind } from "./check-piece";
import { Checker } from "./checker";
import { JsonChecker } from "./json-checker";
import { shortened, Verdict, VerdictKind } from "./verdict";

/** Twenty-five text units, of 1,000 characters each. https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-limits.html */
const MOST_BYTES: i32 = 25_000;
const MOST_MESSAGE: i32 = 512;

const text = new ByteBuffer();

/**
 * A guardrail of Amazon Bedrock, called with an API key of Bedrock.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html
 */
export class BedrockGuardrail extends JsonChecker {
  /** Reads the options. */
  static read(reader: ConfigReader): Checker {
    const region = reader.text("region");
    if (reader.has("region") && !isRegion(region)) reader.fail("region", "must be a region, as us-east-1");
    const host = region.length ? `bedrock-runtime.${region}.amazonaws.com` : "";
    const checker = new BedrockGuardrail(HttpService.read(host, reader), MOST_BYTES);
    checker.readApiKey(reader, true);
    const id = reader.requiredText("guardrailIdentifier");
    const version = reader.requiredTextOrNumber("guardrailVersion");
    if (version.length && version != "DRAFT" && !isVersion(version))
      reader.fail("guardrailVersion", "must be a number from 1 on, or DRAFT");
    checker.path = `/guardrail/${encoded(id)}/version/${encoded(version)}/apply`;
    return checker;
  }

  override takes(kind: PieceKind): bool {
    return kind != PieceKind.ImageUrl;
  }

  override writeCall(piece: CheckPiece, call: CheckCall): void {
    const json = this.begin(call)
      .key("source")
      .string(piece.side == CheckSide.Request ? "INPUT" : "OUTPUT");
    json.key("content").beginArray().beginObject();
    if (piece.kind == PieceKind.Text) json.key("text").beginObject().key("text").text(piece.content).endObject();
    else writeImage(piece, json);
    json.endObject().endArray().endObject();
  }

  protected override judge(status: i32, body: Slice, piece: CheckPiece, verdict: Verdict): void {
    const reply = this.replyOf(status, body, JsonKind.Object, verdict);
    if (reply == ABSENT) return;
    const action = jsonGet(reply, "action");
    if (jsonEquals(action, "NONE")) return;
    if (!jsonEquals(action, "GUARDRAIL_INTERVENED")) return verdict.fail("no action");
    const assessments = jsonGet(reply, "assessments");
    let isMasked = false;
    for (let item = jsonFirst(assessments); item != ABSENT; item = jsonNext(assessments, item))
      if (judgeAssessment(item, verdict)) isMasked = true;
    const output = jsonGet(jsonAt(jsonGet(reply, "outputs"), 0), "text");
    const isText = jsonKind(output) == JsonKind.String;
    if (isMasked && isText && piece.kind == PieceKind.Text && verdict.kind == VerdictKind.Pass) {
      verdict.kind = VerdictKind.Mask;
      jsonUnescape(output, verdict.masked);
      return;
    }
    verdict.block();
    if (isText) verdict.message.append(shortened(jsonUtf8(output, text), MOST_MESSAGE));
  }
}

/**
 * Reads what each policy found: it blocks, or only masks, or only reports. Returns whether something was masked. An assessment has one
 * object for each policy, with lists of what was found.
 */
function judgeAssessment(assessment: Slice, verdict: Verdict): bool {
  let isMasked = false;
  for (let key = jsonFirstKey(assessment); key != ABSENT;) {
    const policy = jsonMemberValue(assessment, key);
    for (let list = jsonFirstKey(policy); list != ABSENT;) {
      const findings = jsonMemberValue(policy, list);
      for (let item = jsonFirst(findings); item != ABSENT; item = jsonNext(findings, item))
        if (judgeFinding(item, key, verdict)) isMasked = true;
      list = jsonNextKey(policy, findings);
    }
    key = jsonNextKey(assessment, policy);
  }
  return isMasked;
}

function judgeFinding(finding: Slice, policy: Slice, verdict: Verdict): bool {
  const action = jsonGet(finding, "action");
  const isBlocked = jsonEquals(action, "BLOCKED");
  const isMasked = jsonEquals(action, "ANONYMIZED");
  if (!isBlocked && !isMasked) return false;
  // The match itself is text of the piece.
  let name = jsonGet(finding, "name");
  if (jsonKind(name) != JsonKind.String) name = jsonGet(finding, "type");
  const label = jsonUtf8(jsonKind(name) == JsonKind.String ? name : policy, text);
  verdict.addLabel(label);
  if (!isBlocked) return true;
  verdict.block();
  verdict.addDetail(label, jsonContent(action));
  return false;
}

function writeImage(piece: CheckPiece, json: JsonWriter): void {
  const isPng = piece.mediaType == ABSENT || sliceEndsWith(piece.mediaType, "/png");
  json
    .key("image")
    .beginObject()
    .key("format")
    .string(isPng ? "png" : "jpeg");
  json.key("source").beginObject().key("bytes").text(piece.content).endObject().endObject();
}

/** An id may be an ARN, which has `:` and `/`. */
function encoded(segment: string): string {
  text.clear();
  percentEncode(sliceOfBuffer(String.UTF8.encode(segment)), text);
  return sliceToString(text.slice);
}

function isRegion(region: string): bool {
  for (let i = 0; i < region.length; i++)
    if (!"abcdefghijklmnopqrstuvwxyz0123456789-".includes(region.charAt(i))) return false;
  return region.length > 0;
}

function isVersion(version: string): bool {
  for (let i = 0; i < version.length; i++) if (!"0123456789".includes(version.charAt(i))) return false;
  return version.length < 9 && version.charAt(0) != "0";
}
