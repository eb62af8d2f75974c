import { JsonTexts } from "../../../assembly/ai/json-texts";
import { TokenEstimate } from "../../../assembly/ai/token-estimate";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { nowInSeconds } from "../../../assembly/host/clock";
import { JsonWalker } from "../../../assembly/json/walker";
import { HistoryConfig } from "../config";
import { Form, writeExchange } from "../entry/exchange";
import { stored } from "../metrics";
import { Answer } from "./answer";

const KEPT_BYTES: i32 = 16 << 10;

const estimate = new TokenEstimate();
const texts = new JsonTexts(estimate, true);
const walker = new JsonWalker();
const message = new ByteBuffer();
const all = new ByteBuffer();
const line = new ByteBuffer();

/** Adds an exchange to the history of a key, unless it is larger than a history may be. `question`: its messages with commas between them. */
export function storeExchange(config: HistoryConfig, form: Form, key: Slice, question: Slice, answer: Answer): void {
  message.release(KEPT_BYTES);
  line.release(KEPT_BYTES);
  answer.write(message);
  const secret = sliceOfBuffer(config.secret);
  writeExchange(form, nowInSeconds(), tokensOf(question), question, message.slice, key, secret, line);
  if (line.size > config.maxBytes) return;
  stored.add();
  config.store.add(key, line.slice, config.maxBytes);
}

/** The tokens of an exchange as an estimate, rather above than below. */
function tokensOf(question: Slice): i64 {
  estimate.reset();
  all.release(KEPT_BYTES);
  all.byte(0x5b).append(question).byte(0x2c).append(message.slice).byte(0x5d);
  walker.start(all.slice);
  texts.read(walker, true);
  return estimate.tokens;
}
