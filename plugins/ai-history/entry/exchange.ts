import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeHex } from "../../../assembly/bytes/hex";
import { ABSENT, Slice, slicesEqual, sliceSize, sliceStartsWith, subslice } from "../../../assembly/bytes/slice";
import { hmacSha256 } from "../../../assembly/crypto/hmac";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { jsonEquals, jsonFirst, jsonInteger, jsonNext } from "../../../assembly/json/value";
import { LINE_FEED } from "../store/lines";
import { Turn, turnOf } from "../request/turn";
import { hasCalls } from "./tool-calls";

/** What every line of this version begins with. */
const BEGIN = '{"v":1,';
/** The hexadecimal digits of a line's code, behind it. */
const CODE_SIZE: i32 = 64;
/** The most bytes that a line has beside its messages. */
export const LINE_OVERHEAD: i32 = 200;

const document = new JsonDocument();
const signed = new ByteBuffer();
const digest = new ByteBuffer();
const code = new ByteBuffer();

/** Which clients can read the messages of an exchange, as a letter of the filter state. */
export const enum Form {
  None = 0,
  /** All: they are roles and texts. */
  Plain = 0x70,
  /** Those of OpenAI's chats. */
  Chat = 0x63,
  /** Those of Anthropic's Messages. */
  Messages = 0x6d,
}

/** One exchange: what a client has sent, and the response. It is a line of JSON, with a code behind it where there is a secret. */
export class Exchange {
  form: Form = Form.None;
  /** The tokens of its messages. */
  tokens: i64 = 0;
  /** The list of messages; a part of the line. */
  messages: Slice = ABSENT;
  /** The last message, which is the model's. */
  answer: Slice = ABSENT;
  /** Whether it continues the exchange before it, with the results of tools. */
  isContinuation: bool = false;
  /** Whether its response calls tools. */
  isOpen: bool = false;

  /** Reads a line without its line feed. Returns `false` if it was cut, has another version, was not written by this plugin, or its code is wrong. */
  read(line: Slice, key: Slice, secret: Slice): bool {
    const text = sliceSize(secret) ? subslice(line, 0, max(sliceSize(line) - CODE_SIZE, 0)) : line;
    if (!sliceStartsWith(text, BEGIN)) return false;
    if (sliceSize(secret) && !hasCode(text, subslice(line, sliceSize(text)), key, secret)) return false;
    if (document.parse(text) != JsonError.None || !document.isObject) return false;
    this.form = formNamed(document.get("form"));
    this.tokens = jsonInteger(document.get("tokens"), -1);
    this.messages = document.get("messages");
    return this.form != Form.None && this.tokens >= 0 && this.readMessages();
  }

  /** Whether clients of a protocol can read it. */
  fits(isMessages: bool): bool {
    return this.form == Form.Plain || (this.form == Form.Messages) == isMessages;
  }

  /** The messages with commas between them. */
  get inner(): Slice {
    return subslice(this.messages, 1, sliceSize(this.messages) - 1);
  }

  /** Whether they are results or a question, or the one behind the other, and an answer at the end. */
  private readMessages(): bool {
    const messages = this.messages;
    let before = Turn.Unknown;
    for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
      const turn = turnOf(message);
      if (before == Turn.Unknown) this.isContinuation = turn == Turn.Result;
      const isAllowed =
        turn == Turn.Answer
          ? before == Turn.Question || before == Turn.Result
          : before == Turn.Unknown || before == Turn.Result;
      if (!isAllowed || turn == Turn.System || turn == Turn.Unknown) return false;
      before = turn;
      this.answer = message;
    }
    this.isOpen = hasCalls(this.answer);
    return before == Turn.Answer;
  }
}

/** Appends the line of an exchange, of whose messages there are `tokens`: a question with commas between its messages, and an answer. */
export function writeExchange(
  form: Form,
  now: i64,
  tokens: i64,
  question: Slice,
  answer: Slice,
  key: Slice,
  secret: Slice,
  out: ByteBuffer,
): void {
  const from = out.size;
  out.text(BEGIN).text('"form":"').text(nameOf(form)).text('","at":').integer(now).text(',"tokens":').integer(tokens);
  out.text(',"messages":[').append(question).byte(0x2c).append(answer).text("]}");
  if (sliceSize(secret)) {
    writeCode(subslice(out.slice, from), key, secret);
    out.append(code.slice);
  }
  out.byte(LINE_FEED);
}

function nameOf(form: Form): string {
  return form == Form.Chat ? "chat" : form == Form.Messages ? "messages" : "plain";
}

function formNamed(name: Slice): Form {
  if (jsonEquals(name, "plain")) return Form.Plain;
  if (jsonEquals(name, "chat")) return Form.Chat;
  return jsonEquals(name, "messages") ? Form.Messages : Form.None;
}

function hasCode(text: Slice, given: Slice, key: Slice, secret: Slice): bool {
  writeCode(text, key, secret);
  return slicesEqual(code.slice, given);
}

/** Writes the code of a line into `code`: of the identity, too, so that it counts in no other history. */
function writeCode(text: Slice, key: Slice, secret: Slice): void {
  signed.release(16 << 10);
  digest.clear();
  code.clear();
  hmacSha256(secret, signed.append(key).append(text).slice, digest);
  encodeHex(digest.slice, code);
}
