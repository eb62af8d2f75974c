import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ValueSource } from "../../../../plugins/ai-proxy/config/value-source";

const HOUR = 3_600_000;

/** A session token with a lifetime, which is asked for with POST. */
export class SessionSource extends ValueSource {
  constructor(cluster: string) {
    super(cluster, "sessions.example", "/session", HOUR, 5_000, "account-7");
    this.member = "access_token";
    this.lifetimeMember = "expires_in";
  }

  override writeBody(now: i64, out: ByteBuffer): void {
    out.text("account=account-7&now=").integer(now);
  }
}
