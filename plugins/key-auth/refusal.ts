import { writeError } from "../../assembly/ai/error";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { sendLocalReply } from "../../assembly/host/reply";

const headers = new HeaderPairs();
const body = new ByteBuffer();
const message = new ByteBuffer();
const field = new ByteBuffer();
const code = new ByteBuffer();

/** Answers as Higress's key-auth does: with one sentence, and the challenge that tells the scheme. */
export function refuse(status: i32, reason: string, sentence: string, challenge: string): void {
  body.clear();
  body.text("Request denied by Key Auth check. ").text(sentence);
  headers.clear().addText("www-authenticate", challenge);
  sendLocalReply(status, `key-auth.${reason}`, "", body.slice, headers);
}

/** Answers in OpenAI's error shape, as clients of models expect it; `param` is `model`. */
export function refuseModel(status: i32, reason: string, sentence: string): void {
  body.clear();
  message.clear();
  field.clear();
  code.clear();
  const param = field.text("model").slice;
  writeError(body, status, message.text(sentence).slice, param, code.text(reason).slice);
  sendLocalReply(status, `key-auth.${reason}`, "application/json", body.slice);
}
