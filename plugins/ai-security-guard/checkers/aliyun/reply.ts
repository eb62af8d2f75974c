import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../../assembly/bytes/slice";
import {
  jsonAt,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonInteger,
  JsonKind,
  jsonKind,
  jsonNext,
  jsonUnescape,
} from "../../../../assembly/json/value";
import { shortened, Verdict, VerdictKind } from "../verdict";
import { Dimension, dimensionOf, levelOf } from "./levels";
import { AliyunSettings } from "./settings";

/** The most bytes of labels, words and messages of Aliyun's that are kept. */
const MOST_BYTES: i32 = 512;

const scratch = new ByteBuffer();
const typeText = new ByteBuffer();

/** Reads `Data` of a reply to TextModerationPlus. https://help.aliyun.com/document_detail/2671445.html */
export function judgeText(data: Slice, settings: AliyunSettings, verdict: Verdict): void {
  const risk = jsonGet(data, "RiskLevel");
  const level = levelOf(risk);
  if (level < 0) return verdict.fail("no risk level");
  describe(data, verdict);
  const advice = jsonAt(jsonGet(data, "Advice"), 0);
  keep(jsonGet(advice, "Answer"), verdict.message);
  if (level < settings.riskBar) return;
  verdict.block();
  if (level >= settings.bars[Dimension.ContentModeration]) addDetail(verdict, "contentModeration", risk);
  const attack = jsonGet(data, "AttackLevel");
  if (levelOf(attack) >= settings.bars[Dimension.PromptAttack]) addDetail(verdict, "promptAttack", attack);
}

/**
 * Reads `Data` of a reply to MultiModalGuard and MultiModalGuardForBase64.
 * https://help.aliyun.com/document_detail/2875414.html
 */
export function judgeModes(data: Slice, settings: AliyunSettings, isText: bool, verdict: Verdict): void {
  const risk = jsonGet(data, "RiskLevel");
  const attack = jsonGet(data, "AttackLevel");
  const details = jsonGet(data, "Detail");
  if (levelOf(risk) < 0 && levelOf(attack) < 0 && jsonKind(details) != JsonKind.Array)
    return verdict.fail("no risk level");
  if (isUnknown(risk) || isUnknown(attack)) return verdict.fail("an unknown level");
  describe(data, verdict);
  const isRisky = levelOf(risk) >= settings.bars[Dimension.ContentModeration];
  const isAttack = levelOf(attack) >= settings.bars[Dimension.PromptAttack];
  if (isRisky || isAttack) verdict.block();
  let masks = false;
  let hasDetail = false;
  for (let detail = jsonFirst(details); detail != ABSENT; detail = jsonNext(details, detail)) {
    const type = jsonGet(detail, "Type");
    const dimension = dimensionOf(type);
    if (dimension == Dimension.None) continue;
    const level = jsonGet(detail, "Level");
    const isMasked =
      dimension == Dimension.SensitiveData && settings.masks && jsonEquals(jsonGet(detail, "Suggestion"), "mask");
    if (isUnknown(level)) return verdict.fail("an unknown level");
    if (isMasked && verdict.masked.size == 0) keepAll(desensitized(detail), verdict.masked);
    if (levelOf(level) < settings.bars[dimension]) continue;
    verdict.addLabel(textOf(jsonGet(jsonFirst(jsonGet(detail, "Result")), "Label"), scratch));
    if (isMasked) masks = true;
    else {
      verdict.block();
      hasDetail = true;
      verdict.addDetail(textOf(type, typeText), textOf(level, scratch));
    }
  }
  if (isRisky && !hasDetail) addDetail(verdict, "contentModeration", risk);
  if (isAttack && !hasDetail) addDetail(verdict, "promptAttack", attack);
  if (verdict.kind == VerdictKind.Block || !masks) return;
  // An image cannot be replaced by a text, and sensitive data without a masked text may not pass.
  if (isText && verdict.masked.size) verdict.kind = VerdictKind.Mask;
  else verdict.block();
}

/** Whether a level is a text that is none. Aliyun may leave a level out. */
function isUnknown(level: Slice): bool {
  return jsonKind(level) == JsonKind.String && sliceSize(level) > 2 && levelOf(level) < 0;
}

/** The code of a reply; -1 if it is none. */
export function codeOf(reply: Slice): i32 {
  const code = jsonInteger(jsonGet(reply, "Code"), -1);
  return code < 0 || code > 9999 ? -1 : <i32>code;
}

/** Labels, words and the level, for the log. */
function describe(data: Slice, verdict: Verdict): void {
  const risk = jsonGet(data, "RiskLevel");
  verdict.level.append(shortened(textOf(risk, scratch), MOST_BYTES));
  const results = jsonGet(data, "Result");
  for (let result = jsonFirst(results); result != ABSENT; result = jsonNext(results, result))
    verdict.addLabel(textOf(jsonGet(result, "Label"), scratch));
  keep(jsonGet(jsonFirst(results), "RiskWords"), verdict.words);
}

function desensitized(detail: Slice): Slice {
  return jsonGet(jsonGet(jsonFirst(jsonGet(detail, "Result")), "Ext"), "Desensitization");
}

function addDetail(verdict: Verdict, type: string, level: Slice): void {
  typeText.clear();
  verdict.addDetail(typeText.text(type).slice, textOf(level, scratch));
}

function keep(token: Slice, out: ByteBuffer): void {
  out.append(shortened(textOf(token, scratch), MOST_BYTES));
}

function keepAll(token: Slice, out: ByteBuffer): void {
  if (jsonKind(token) == JsonKind.String) jsonUnescape(token, out);
}

/** The characters of a string; empty for any other token. Valid until `scratch` is written. */
function textOf(token: Slice, buffer: ByteBuffer): Slice {
  buffer.clear();
  if (jsonKind(token) == JsonKind.String && sliceSize(token) > 2) jsonUnescape(token, buffer);
  return buffer.slice;
}
