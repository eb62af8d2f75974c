import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService } from "../../../assembly/config/service";
import { jsonFirst, jsonGet, jsonInteger, JsonKind, jsonKind, jsonNext, jsonUtf8 } from "../../../assembly/json/value";
import { CheckCall } from "./check-call";
import { CheckPiece } from "./check-piece";
import { Checker } from "./checker";
import { JsonChecker } from "./json-checker";
import { EntityWriter } from "./presidio/operators";
import { TextSpans } from "./spans";
import { thousandthsOf } from "./thresholds";
import { Verdict, VerdictKind } from "./verdict";

const MOST_BYTES: i32 = 64_000;

const spans = new TextSpans();
const name = new ByteBuffer();

/**
 * The analyzer of Presidio, which finds personal data; what it finds is replaced here as Presidio's anonymizer does it, without a second
 * call. https://microsoft.github.io/presidio/api-docs/api-docs.html
 */
export class Presidio extends JsonChecker {
  private language: string = "";
  private entities: string[] = [];
  /** In thousandths; -1 for the analyzer's own. */
  private threshold: i32 = -1;
  private writer: EntityWriter = new EntityWriter();

  /** Reads the options. */
  static read(reader: ConfigReader): Checker {
    const checker = new Presidio(HttpService.read("", reader), MOST_BYTES);
    checker.readApiKey(reader, false);
    checker.readPath("/analyze", reader);
    checker.language = reader.text("language", "en");
    reader.refuseEmptyList("entities");
    checker.entities = reader.texts("entities");
    if (reader.has("scoreThreshold")) checker.threshold = <i32>reader.decimalOrText("scoreThreshold", 0, 3, 1);
    checker.writer = EntityWriter.read(reader);
    return checker;
  }

  /** The places that the analyzer gives are replaced in the content. */
  override get readsContent(): bool {
    return true;
  }

  override writeCall(piece: CheckPiece, call: CheckCall): void {
    const json = this.begin(call).key("text").text(piece.content).key("language").string(this.language);
    if (this.entities.length) {
      json.key("entities").beginArray();
      for (let i = 0; i < this.entities.length; i++) json.string(this.entities[i]);
      json.endArray();
    }
    if (this.threshold >= 0) {
      name.clear();
      name.text(this.threshold == 1000 ? "1" : `0.${this.threshold.toString().padStart(3, "0")}`);
      json.key("score_threshold").raw(name.slice);
    }
    json.endObject();
  }

  protected override judge(status: i32, body: Slice, piece: CheckPiece, verdict: Verdict): void {
    const results = this.replyOf(status, body, JsonKind.Array, verdict);
    if (results == ABSENT) return;
    spans.clear();
    this.writer.clear();
    for (let item = jsonFirst(results); item != ABSENT; item = jsonNext(results, item)) {
      const type = jsonGet(item, "entity_type");
      const score = thousandthsOf(jsonGet(item, "score"));
      if (jsonKind(type) != JsonKind.String || score < 0) return verdict.fail("a result without a type or a score");
      if (score < this.threshold) continue;
      const start = jsonInteger(jsonGet(item, "start"), -1);
      if (!spans.add(start, jsonInteger(jsonGet(item, "end"), -1), score)) return verdict.fail("a wrong place");
      this.writer.add(type);
      verdict.raiseScore(score);
      verdict.addLabel(jsonUtf8(type, name));
      verdict.addDetail(jsonUtf8(type, name), jsonGet(item, "score"));
    }
    if (!spans.count) return;
    if (!spans.write(piece.content, this.writer, verdict.masked)) return verdict.fail("a place outside of the text");
    verdict.kind = VerdictKind.Mask;
  }
}
