import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService } from "../../../assembly/config/service";
import {
  jsonFirst,
  jsonFirstKey,
  jsonGet,
  jsonIsTrue,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNext,
  jsonNextKey,
  jsonUtf8,
} from "../../../assembly/json/value";
import { CheckCall } from "./check-call";
import { CheckPiece, PieceKind } from "./check-piece";
import { Checker } from "./checker";
import { writeImageUrl } from "./image";
import { JsonChecker } from "./json-checker";
import { NO_THRESHOLD, thousandthsOf, Thresholds } from "./thresholds";
import { Verdict } from "./verdict";

const HOST = "api.openai.com";
/** Texts of up to 2,000 characters are judged best: https://platform.openai.com/docs/guides/moderation. In bytes of any script. */
const MOST_BYTES: i32 = 8000;
const CATEGORIES: string[] = [
  "harassment",
  "harassment/threatening",
  "hate",
  "hate/threatening",
  "illicit",
  "illicit/violent",
  "self-harm",
  "self-harm/intent",
  "self-harm/instructions",
  "sexual",
  "sexual/minors",
  "violence",
  "violence/graphic",
];

const name = new ByteBuffer();

/** OpenAI's moderation of texts and images. https://platform.openai.com/docs/api-reference/moderations/create */
export class OpenAiModeration extends JsonChecker {
  private model: string = "";
  private thresholds: Thresholds = new Thresholds(CATEGORIES, NO_THRESHOLD);

  /** Reads the options. */
  static read(reader: ConfigReader): Checker {
    const checker = new OpenAiModeration(HttpService.read(HOST, reader), MOST_BYTES);
    checker.readApiKey(reader, true);
    checker.readPath("/v1/moderations", reader);
    checker.model = reader.text("model", "omni-moderation-latest");
    checker.thresholds = Thresholds.readScores(reader, "threshold", CATEGORIES);
    return checker;
  }

  override takes(kind: PieceKind): bool {
    return true;
  }

  override writeCall(piece: CheckPiece, call: CheckCall): void {
    const json = this.begin(call).key("model").string(this.model).key("input");
    if (piece.kind == PieceKind.Text) json.text(piece.content).endObject();
    else {
      json.beginArray().beginObject().key("type").string("image_url").key("image_url").beginObject().key("url");
      writeImageUrl(piece, json);
      json.endObject().endObject().endArray().endObject();
    }
  }

  protected override judge(status: i32, body: Slice, piece: CheckPiece, verdict: Verdict): void {
    const reply = this.replyOf(status, body, JsonKind.Object, verdict);
    if (reply == ABSENT) return;
    const results = jsonGet(reply, "results");
    const first = jsonFirst(results);
    if (first == ABSENT) return verdict.fail("no results");
    for (let result = first; result != ABSENT; result = jsonNext(results, result)) this.judgeResult(result, verdict);
  }

  private judgeResult(result: Slice, verdict: Verdict): void {
    const flagged = jsonGet(result, "flagged");
    const scores = jsonGet(result, "category_scores");
    const categories = jsonGet(result, "categories");
    const isWhole = jsonKind(categories) == JsonKind.Object && jsonKind(scores) == JsonKind.Object;
    const hasFlag = jsonKind(flagged) == JsonKind.True || jsonKind(flagged) == JsonKind.False;
    if (!isWhole || !hasFlag) return verdict.fail("no categories");
    this.judgeScores(scores, verdict);
    if (!this.judgeFlags(categories, verdict) && jsonIsTrue(flagged)) verdict.block();
  }

  /** Compares the scores of the categories that have a threshold. */
  private judgeScores(scores: Slice, verdict: Verdict): void {
    for (let key = jsonFirstKey(scores); key != ABSENT;) {
      const score = jsonMemberValue(scores, key);
      const thousandths = thousandthsOf(score);
      if (thousandths < 0) return verdict.fail("a score that is none");
      verdict.raiseScore(thousandths);
      const threshold = this.thresholds.of(key);
      if (threshold != NO_THRESHOLD && thousandths >= threshold) {
        verdict.block();
        verdict.addLabel(jsonUtf8(key, name));
        verdict.addDetail(jsonUtf8(key, name), score);
      }
      key = jsonNextKey(scores, score);
    }
  }

  /** Blocks the flagged categories that have no threshold. Returns whether any category is flagged. */
  private judgeFlags(categories: Slice, verdict: Verdict): bool {
    let isAny = false;
    for (let key = jsonFirstKey(categories); key != ABSENT;) {
      const value = jsonMemberValue(categories, key);
      if (jsonIsTrue(value)) {
        isAny = true;
        if (this.thresholds.of(key) == NO_THRESHOLD) {
          verdict.block();
          verdict.addLabel(jsonUtf8(key, name));
          verdict.addDetail(jsonUtf8(key, name), value);
        }
      }
      key = jsonNextKey(categories, value);
    }
    return isAny;
  }
}
