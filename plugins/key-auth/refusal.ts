import { writeError, writeMessagesError } from "../../assembly/ai/error";
import { errorBodyFor, ErrorFormat, isMessages } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { requestHeaders } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";

const headers = new HeaderPairs();
const body = new ByteBuffer();
const message = new ByteBuffer();
const field = new ByteBuffer();
const code = new ByteBuffer();

/**
 * Refuses a request as Higress's key-auth does, with one sentence, or with the error object of the client's protocol; in both formats with
 * `www-authenticate`.
 */
export function refuse(status: i32, reason: string, sentence: string, challenge: string, format: ErrorFormat): void {
  message.clear();
  headers.clear().addText("www-authenticate", challenge);
  if (format == ErrorFormat.Text) {
    message.text("Request denied by Key Auth check. ").text(sentence);
    sendLocalReply(status, `key-auth.${reason}`, "", message.slice, headers);
    return;
  }
  // OpenAI's code for an invalid key: https://platform.openai.com/docs/guides/error-codes
  const error = errorBodyFor(
    requestHeaders.first(":path"),
    status,
    message.text(sentence).slice,
    status == 401 ? "invalid_api_key" : "consumer_not_allowed",
  );
  sendLocalReply(status, `key-auth.${reason}`, "application/json", error, headers);
}

/** Refuses a request with the error object of the client's protocol; `param` of OpenAI's is `model`. */
export function refuseModel(status: i32, reason: string, sentence: string): void {
  body.clear();
  message.clear();
  field.clear();
  code.clear();
  const param = field.text("model").slice;
  message.text(sentence);
  if (isMessages(requestHeaders.first(":path"))) writeMessagesError(body, status, message.slice);
  else writeError(body, status, message.slice, param, code.text(reason).slice);
  sendLocalReply(status, `key-auth.${reason}`, "application/json", body.slice);
}
