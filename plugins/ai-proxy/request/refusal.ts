import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { sendLocalReply } from "../../../assembly/host/reply";
import { writeClientError } from "../client-error";
import { Exchange } from "../exchange";

const message = new ByteBuffer();
const param = new ByteBuffer();
const code = new ByteBuffer();
const body = new ByteBuffer();
const pairs = new HeaderPairs();

/** Sends the client the refusal in `exchange` as an error of its protocol; does nothing if the client has a reply already. */
export function refuse(exchange: Exchange): void {
  const status = exchange.refusalStatus;
  if (!status) return;
  body.clear();
  writeClientError(
    exchange,
    body,
    status,
    written(message, exchange.refusalMessage),
    present(param, exchange.refusalParam),
    present(code, exchange.refusalCode),
  );
  pairs.clear();
  // https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6
  if (status == 405) pairs.addText("allow", "POST");
  if (exchange.retryAfter) pairs.addText("retry-after", exchange.retryAfter.toString());
  sendLocalReply(status, `ai-proxy.${reasonOf(exchange)}`, "application/json", body.slice, pairs);
}

/** The reason in Envoy's response code details. */
function reasonOf(exchange: Exchange): string {
  const status = exchange.refusalStatus;
  if (status == 404) return "unsupported_api";
  if (status == 405) return "method_not_allowed";
  if (status == 426) return "unsupported_upgrade";
  if (status == 415) return "unsupported_content_encoding";
  return status == 503 ? exchange.refusalCode : "bad_request";
}

function present(buffer: ByteBuffer, text: string): Slice {
  return text.length ? written(buffer, text) : ABSENT;
}

function written(buffer: ByteBuffer, text: string): Slice {
  buffer.clear();
  return buffer.text(text).slice;
}
