import { utcTime } from "../../../assembly/ai/utc-time";
import { SecretSet } from "../../../assembly/bytes/secret-set";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService } from "../../../assembly/config/service";
import { jsonGet, JsonKind, jsonKind } from "../../../assembly/json/value";
import { ConsumerItem } from "./aliyun/consumers";
import { queryOf, writeForm } from "./aliyun/form";
import { codeOf, judgeModes, judgeText } from "./aliyun/reply";
import { AliyunSettings } from "./aliyun/settings";
import { AccessKey, sha256Hex } from "./aliyun/signature";
import { CheckCall } from "./check-call";
import { CheckPiece, CheckSide, PieceKind } from "./check-piece";
import { Checker } from "./checker";
import { readKey } from "./api-key";
import { failOfStatus, replyObject } from "./reply";
import { Verdict } from "./verdict";

/** Aliyun takes 2,000 characters of a prompt; Higress sends 1,800 bytes. https://help.aliyun.com/document_detail/2671445.html */
const MOST_BYTES: i32 = 1800;
const ACTIONS = ["TextModerationPlus", "MultiModalGuard"];
const VERSION = "2022-03-02";
const AGENT = "CIPFrom/AIGateway";
const FORM = "application/x-www-form-urlencoded";

/**
 * Aliyun's content moderation for language models, with the options of Higress's ai-security-guard:
 * https://help.aliyun.com/document_detail/2671445.html
 */
export class Aliyun extends Checker {
  private key: AccessKey = new AccessKey("", "");
  private securityToken: string = "";
  private isMultiModal: bool = false;
  private settings: AliyunSettings = new AliyunSettings();
  private requestItems: ConsumerItem[] = [];
  private responseItems: ConsumerItem[] = [];
  private riskItems: ConsumerItem[] = [];

  /** Reads the options. */
  static read(reader: ConfigReader): Checker {
    const checker = new Aliyun(HttpService.read("", reader), MOST_BYTES);
    const id = readKey(reader, "accessKey");
    const secret = readKey(reader, "secretKey");
    const token = reader.has("securityToken") ? readKey(reader, "securityToken") : "";
    checker.secrets = SecretSet.of([id, secret, token]);
    checker.key = new AccessKey(id, secret);
    checker.securityToken = token;
    checker.isMultiModal = reader.choice("action", ACTIONS, 0) == 1;
    const settings = AliyunSettings.of(checker.isMultiModal);
    settings.readRequestServices(reader);
    settings.readResponseServices(reader);
    settings.readLevels(reader, checker.isMultiModal);
    checker.settings = settings;
    checker.readConsumers(reader);
    return checker;
  }

  override takes(kind: PieceKind): bool {
    return kind == PieceKind.Text || this.isMultiModal;
  }

  override forConsumer(consumer: Slice): Checker {
    const request = ConsumerItem.find(this.requestItems, consumer);
    const response = ConsumerItem.find(this.responseItems, consumer);
    const risk = ConsumerItem.find(this.riskItems, consumer);
    if (!request && !response && !risk) return this;
    const settings = this.settings.clone();
    if (request) settings.takeRequestServices(request.settings);
    if (response) settings.takeResponseServices(response.settings);
    if (risk) settings.takeLevels(risk.settings);
    const checker = new Aliyun(this.service, MOST_BYTES);
    checker.secrets = this.secrets;
    checker.key = this.key;
    checker.securityToken = this.securityToken;
    checker.isMultiModal = this.isMultiModal;
    checker.settings = settings;
    return checker;
  }

  override writeCall(piece: CheckPiece, call: CheckCall): void {
    call.clear();
    writeForm(piece, AGENT, call.body);
    const query = queryOf(this.serviceFor(piece));
    call.path.text(`/?${query}`);
    const action = piece.kind == PieceKind.Text ? ACTIONS[<i32>this.isMultiModal] : "MultiModalGuardForBase64";
    // In the order of their names, as they are signed.
    const headers = call.headers;
    const content = sha256Hex(call.body.slice);
    headers.setText("content-type", FORM);
    headers.setText("x-acs-action", action);
    headers.setText("x-acs-content-sha256", content);
    headers.setText("x-acs-date", utcTime(call.time));
    if (this.securityToken.length) headers.setText("x-acs-security-token", this.securityToken);
    headers.setText("x-acs-signature-nonce", call.nonce());
    headers.setText("x-acs-version", VERSION);
    const authorization = this.key.sign(query, this.service.authority, headers, content);
    headers.setText("authorization", authorization);
    headers.setText("user-agent", AGENT);
  }

  protected override judge(status: i32, body: Slice, piece: CheckPiece, verdict: Verdict): void {
    const reply = replyObject(body);
    if (reply == ABSENT && status == 200) return verdict.fail("not JSON");
    if (status != 200) return failOfStatus(status, jsonGet(reply, "Code"), verdict);
    const code = codeOf(reply);
    if (code != 200) return failOfStatus(code, jsonGet(reply, "Code"), verdict);
    verdict.code = code;
    const data = jsonGet(reply, "Data");
    if (jsonKind(data) != JsonKind.Object) return verdict.fail("no Data");
    if (this.isMultiModal) judgeModes(data, this.settings, piece.kind == PieceKind.Text, verdict);
    else judgeText(data, this.settings, verdict);
  }

  private serviceFor(piece: CheckPiece): string {
    const settings = this.settings;
    if (piece.kind == PieceKind.Text)
      return piece.side == CheckSide.Request ? settings.requestService : settings.responseService;
    return piece.side == CheckSide.Request ? settings.requestImageService : settings.responseImageService;
  }

  private readConsumers(reader: ConfigReader): void {
    const requests = reader.objects("consumerRequestCheckService");
    for (let i = 0; i < requests.length; i++) {
      const settings = this.settings.clone();
      settings.readRequestServices(requests[i]);
      this.requestItems.push(new ConsumerItem(requests[i], settings));
    }
    const responses = reader.objects("consumerResponseCheckService");
    for (let i = 0; i < responses.length; i++) {
      const settings = this.settings.clone();
      settings.readResponseServices(responses[i]);
      this.responseItems.push(new ConsumerItem(responses[i], settings));
    }
    const risks = reader.objects("consumerRiskLevel");
    for (let i = 0; i < risks.length; i++) {
      const settings = this.settings.clone();
      settings.readLevels(risks[i], this.isMultiModal);
      this.riskItems.push(new ConsumerItem(risks[i], settings));
    }
  }
}
