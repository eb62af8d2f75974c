import { PromptRole } from "../../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService } from "../../../assembly/config/service";
import { jsonFirst, jsonGet, jsonInteger, JsonKind, jsonKind, jsonNext, jsonUtf8 } from "../../../assembly/json/value";
import { JsonWriter } from "../../../assembly/json/writer";
import { CheckCall } from "./check-call";
import { CheckPiece, CheckSide, PieceKind } from "./check-piece";
import { Checker } from "./checker";
import { JsonChecker } from "./json-checker";
import { Thresholds } from "./thresholds";
import { Verdict } from "./verdict";

/** The most characters of a text. https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/analyze-text */
const MOST_BYTES: i32 = 10_000;
const OPERATIONS = ["analyze", "shieldPrompt"];
const CATEGORIES = ["Hate", "SelfHarm", "Sexual", "Violence"];
const OUTPUTS = ["FourSeverityLevels", "EightSeverityLevels"];
/** Severities are 0, 2, 4 and 6, or 0 to 7: from 2 on a text is not safe. */
const LOW: i32 = 2;
const MOST_SEVERITY: i32 = 7;

const BLOCKLIST = String.UTF8.encode("blocklist:");

const name = new ByteBuffer();
const label = new ByteBuffer();

/**
 * Azure AI Content Safety: the severities of texts and images, or attacks by prompts.
 * https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/analyze-text
 * https://learn.microsoft.com/en-us/rest/api/contentsafety/text-operations/shield-prompt
 */
export class AzureContentSafety extends JsonChecker {
  private isShield: bool = false;
  private version: string = "";
  private output: string = "";
  private blocklists: string[] = [];
  private haltsOnHit: bool = false;
  private thresholds: Thresholds = new Thresholds(CATEGORIES, LOW);

  /** Reads the options. */
  static read(reader: ConfigReader): Checker {
    const checker = new AzureContentSafety(HttpService.read("", reader), MOST_BYTES);
    checker.readApiKey(reader, true, "ocp-apim-subscription-key", "");
    checker.isShield = reader.choice("operation", OPERATIONS, 0) == 1;
    checker.version = reader.text("apiVersion", "2024-09-01");
    if (!isVisible(checker.version) || checker.version.includes("&"))
      reader.fail("apiVersion", "must be a version, as 2024-09-01");
    checker.output = OUTPUTS[reader.choice("outputType", OUTPUTS, 0)];
    checker.thresholds = Thresholds.readSeverities(reader, "severity", CATEGORIES, LOW, MOST_SEVERITY);
    checker.blocklists = reader.texts("blocklistNames");
    checker.haltsOnHit = reader.boolean("haltOnBlocklistHit", false);
    if (checker.isShield) refuseForShield(reader);
    return checker;
  }

  override takes(kind: PieceKind): bool {
    return kind == PieceKind.Text || (kind == PieceKind.ImageData && !this.isShield);
  }

  override get knowsRoles(): bool {
    return this.isShield;
  }

  override writeCall(piece: CheckPiece, call: CheckCall): void {
    const isText = piece.kind == PieceKind.Text;
    const operation = this.isShield ? "text:shieldPrompt" : isText ? "text:analyze" : "image:analyze";
    const json = this.begin(call, `/contentsafety/${operation}`);
    call.path.text(`?api-version=${this.version}`);
    if (this.isShield) writePrompt(piece, json);
    else if (isText) this.writeText(piece, json);
    else json.key("image").beginObject().key("content").text(piece.content).endObject();
    // Images have four levels only.
    if (!this.isShield) json.key("outputType").string(isText ? this.output : OUTPUTS[0]);
    json.endObject();
  }

  protected override judge(status: i32, body: Slice, piece: CheckPiece, verdict: Verdict): void {
    const reply = this.replyOf(status, body, JsonKind.Object, verdict);
    if (reply == ABSENT) return;
    if (this.isShield) judgeAttack(reply, verdict);
    else this.judgeSeverities(reply, verdict);
  }

  private writeText(piece: CheckPiece, json: JsonWriter): void {
    json.key("text").text(piece.content);
    if (!this.blocklists.length) return;
    json.key("blocklistNames").beginArray();
    for (let i = 0; i < this.blocklists.length; i++) json.string(this.blocklists[i]);
    json.endArray().key("haltOnBlocklistHit").boolean(this.haltsOnHit);
  }

  private judgeSeverities(reply: Slice, verdict: Verdict): void {
    const hits = jsonGet(reply, "blocklistsMatch");
    for (let hit = jsonFirst(hits); hit != ABSENT; hit = jsonNext(hits, hit)) {
      const list = jsonUtf8(jsonGet(hit, "blocklistName"), name);
      label.clear();
      label.append(sliceOfBuffer(BLOCKLIST)).append(list);
      block(verdict, label.slice, list);
    }
    const categories = jsonGet(reply, "categoriesAnalysis");
    if (jsonKind(categories) != JsonKind.Array) return verdict.fail("no categories");
    for (let item = jsonFirst(categories); item != ABSENT; item = jsonNext(categories, item)) {
      const category = jsonGet(item, "category");
      const severity = jsonGet(item, "severity");
      const level = jsonInteger(severity, -1);
      if (jsonKind(category) != JsonKind.String || level < 0) return verdict.fail("a category without a severity");
      if (level >= this.thresholds.of(category)) block(verdict, jsonUtf8(category, name), severity);
    }
  }
}

/** What a user or the application says is a prompt, and all else a document, which may have indirect attacks. */
function writePrompt(piece: CheckPiece, json: JsonWriter): void {
  const isPrompt =
    piece.side == CheckSide.Request && piece.role != PromptRole.Tool && piece.role != PromptRole.Assistant;
  if (isPrompt) json.key("userPrompt").text(piece.content).key("documents").beginArray().endArray();
  else json.key("documents").beginArray().text(piece.content).endArray();
}

function judgeAttack(reply: Slice, verdict: Verdict): void {
  const prompt = jsonGet(reply, "userPromptAnalysis");
  const documents = jsonGet(reply, "documentsAnalysis");
  if (jsonKind(prompt) != JsonKind.Object && jsonFirst(documents) == ABSENT) return verdict.fail("no analysis");
  if (jsonKind(prompt) == JsonKind.Object) judgeDetection(prompt, "userPromptAttack", verdict);
  for (let item = jsonFirst(documents); item != ABSENT; item = jsonNext(documents, item))
    judgeDetection(item, "documentAttack", verdict);
}

function judgeDetection(analysis: Slice, type: string, verdict: Verdict): void {
  const detected = jsonGet(analysis, "attackDetected");
  if (jsonKind(detected) == JsonKind.False) return;
  if (jsonKind(detected) != JsonKind.True) return verdict.fail("no analysis");
  label.clear();
  block(verdict, label.text(type).slice, detected);
}

function block(verdict: Verdict, type: Slice, level: Slice): void {
  verdict.block();
  verdict.addLabel(type);
  verdict.addDetail(type, level);
}

function refuseForShield(reader: ConfigReader): void {
  const keys = ["severity", "categories", "outputType", "blocklistNames", "haltOnBlocklistHit"];
  for (let i = 0; i < keys.length; i++)
    if (reader.has(keys[i])) reader.fail(keys[i], "has no effect with operation: shieldPrompt");
}
