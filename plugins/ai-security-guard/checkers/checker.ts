import { maskSecrets } from "../../../assembly/bytes/secret-mask";
import { SecretSet } from "../../../assembly/bytes/secret-set";
import { Slice } from "../../../assembly/bytes/slice";
import { HttpService } from "../../../assembly/config/service";
import { CheckCall } from "./check-call";
import { CheckPiece, PieceKind } from "./check-piece";
import { Verdict, VerdictKind } from "./verdict";

/**
 * A service that checks texts, with its configuration. A checker is pure: it writes the HTTP request for a piece and reads the response.
 * It keeps nothing between calls, so that one object serves all streams.
 */
export abstract class Checker {
  /** The API keys, which are masked in all that a verdict has for a log; `null` if there are none, or only short ones. */
  protected secrets: SecretSet | null = null;

  /** `maxBytes` is the most bytes of a text that one call takes. */
  constructor(
    readonly service: HttpService,
    readonly maxBytes: i32,
  ) {}

  /** Whether the checker checks pieces of this kind. Others are not checked by it. */
  takes(kind: PieceKind): bool {
    return kind == PieceKind.Text;
  }

  /** Whether a call says who says its text: then texts of several roles need a call each. */
  get knowsRoles(): bool {
    return false;
  }

  /** Whether `readReply` reads `content` of the piece, which the caller then must keep until the reply comes. */
  get readsContent(): bool {
    return false;
  }

  /** The checker with the settings of a consumer, whose name is empty if there is none; call it once a stream. */
  forConsumer(consumer: Slice): Checker {
    return this;
  }

  /** Writes the call for a piece of a kind that the checker takes. */
  abstract writeCall(piece: CheckPiece, call: CheckCall): void;

  /** Reads the response to the call for a piece. A response that is none of this service is a verdict of kind `Failed`. */
  readReply(status: i32, body: Slice, piece: CheckPiece, verdict: Verdict): void {
    verdict.clear();
    this.judge(status, body, piece, verdict);
    if (verdict.kind != VerdictKind.Mask) verdict.masked.clear();
    const secrets = this.secrets;
    if (!secrets) return;
    maskSecrets(secrets, verdict.reason.slice);
    maskSecrets(secrets, verdict.labels.slice);
    maskSecrets(secrets, verdict.words.slice);
    maskSecrets(secrets, verdict.level.slice);
    maskSecrets(secrets, verdict.details.slice);
    maskSecrets(secrets, verdict.message.slice);
  }

  /** `readReply`, into a verdict that was cleared. */
  protected abstract judge(status: i32, body: Slice, piece: CheckPiece, verdict: Verdict): void;
}
