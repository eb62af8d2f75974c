import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeHex } from "../../../assembly/bytes/hex";
import { SecretSet } from "../../../assembly/bytes/secret-set";
import { ABSENT, bufferOf, Slice, sliceOfBuffer, sliceSize, sliceToString } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { HttpService } from "../../../assembly/config/service";
import { hmacSha256 } from "../../../assembly/crypto/hmac";
import {
  jsonEquals,
  jsonFirst,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonNext,
  jsonUnescape,
  jsonUtf8,
} from "../../../assembly/json/value";
import { CheckCall } from "./check-call";
import { CheckPiece, CheckSide, PieceKind } from "./check-piece";
import { Checker } from "./checker";
import { readKey } from "./api-key";
import { JsonChecker } from "./json-checker";
import { roleOf } from "./role";
import { thousandthsOf } from "./thresholds";
import { shortened, Verdict, VerdictKind } from "./verdict";

const MOST_BYTES: i32 = 64_000;
const MOST_MESSAGE: i32 = 512;
const KINDS = ["text", "image_url", "image_base64"];
const SIGNATURE = "x-guard-signature";

const text = new ByteBuffer();
const digest = new ByteBuffer();

/** A service of the operator's own. The README of the plugin has its contract. */
export class Webhook extends JsonChecker {
  private secret: ArrayBuffer | null = null;
  private consumer: ArrayBuffer = new ArrayBuffer(0);
  private takesImages: bool = false;

  /** Reads the options. */
  static read(reader: ConfigReader): Checker {
    const checker = new Webhook(HttpService.read("", reader), MOST_BYTES);
    if (!reader.has("path")) reader.fail("path", "is required");
    checker.readPath("/", reader);
    checker.readApiKey(reader, false);
    checker.takesImages = reader.boolean("images", false);
    if (!reader.has("secret")) return checker;
    const secret = readKey(reader, "secret");
    checker.secret = String.UTF8.encode(secret);
    checker.secrets = SecretSet.of([secret, checker.apiKey]);
    return checker;
  }

  override get knowsRoles(): bool {
    return true;
  }

  override takes(kind: PieceKind): bool {
    return kind == PieceKind.Text || this.takesImages;
  }

  override forConsumer(consumer: Slice): Checker {
    if (!sliceSize(consumer)) return this;
    const checker = new Webhook(this.service, MOST_BYTES);
    checker.takeAccess(this);
    checker.secret = this.secret;
    checker.takesImages = this.takesImages;
    checker.consumer = bufferOf(consumer);
    return checker;
  }

  override writeCall(piece: CheckPiece, call: CheckCall): void {
    const json = this.begin(call).key("session").text(piece.session);
    json.key("side").string(piece.side == CheckSide.Request ? "request" : "response");
    json.key("role").string(roleOf(piece)).key("kind").string(KINDS[piece.kind]);
    if (piece.kind == PieceKind.ImageData && piece.mediaType != ABSENT) json.key("media_type").text(piece.mediaType);
    json.key("content").text(piece.content);
    if (this.consumer.byteLength) json.key("consumer").text(sliceOfBuffer(this.consumer));
    json.endObject();
    const secret = this.secret;
    if (secret) call.headers.setText(SIGNATURE, signatureOf(secret, call));
  }

  protected override judge(status: i32, body: Slice, piece: CheckPiece, verdict: Verdict): void {
    const reply = this.replyOf(status, body, JsonKind.Object, verdict);
    if (reply == ABSENT) return;
    const labels = jsonGet(reply, "labels");
    text.clear();
    for (let label = jsonFirst(labels); label != ABSENT; label = jsonNext(labels, label)) {
      if (jsonKind(label) != JsonKind.String) return verdict.fail("a label that is no text");
      verdict.addLabel(jsonUtf8(label, text));
    }
    keep(jsonGet(reply, "level"), verdict.level);
    keep(jsonGet(reply, "message"), verdict.message);
    verdict.raiseScore(thousandthsOf(jsonGet(reply, "score")));
    const action = jsonGet(reply, "action");
    if (jsonEquals(action, "pass")) return;
    if (jsonEquals(action, "block")) {
      verdict.block();
      for (let label = jsonFirst(labels); label != ABSENT; label = jsonNext(labels, label))
        verdict.addDetail(jsonUtf8(label, text), verdict.level.slice);
      return;
    }
    const content = jsonGet(reply, "content");
    if (!jsonEquals(action, "mask")) return verdict.fail("no action that is pass, mask or block");
    if (jsonKind(content) != JsonKind.String || piece.kind != PieceKind.Text) return verdict.fail("no masked content");
    jsonUnescape(content, verdict.masked);
    verdict.kind = VerdictKind.Mask;
  }
}

/** `t=` and the time, `v1=` and the HMAC-SHA256 of the time, a point and the body. */
function signatureOf(secret: ArrayBuffer, call: CheckCall): string {
  text.clear();
  text.integer(call.time).byte(0x2e).append(call.body.slice);
  digest.clear();
  hmacSha256(sliceOfBuffer(secret), text.slice, digest);
  text.clear();
  encodeHex(digest.slice, text);
  return `t=${call.time},v1=${sliceToString(text.slice)}`;
}

function keep(token: Slice, out: ByteBuffer): void {
  if (jsonKind(token) == JsonKind.String) out.append(shortened(jsonUtf8(token, text), MOST_MESSAGE));
}
