import { AI_LOG_STATE } from "../../assembly/ai/contract";
import { TokenUsage } from "../../assembly/ai/usage";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { constant } from "../../assembly/bytes/constant";
import {
  ABSENT,
  copyInto,
  indexOfByte,
  Slice,
  sliceSize,
  slicesEqual,
  subslice,
  sliceOfBuffer,
} from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { setProperty } from "../../assembly/host/property";
import { ValueKind } from "../../assembly/json/path-sink";
import { readQuoted } from "../../assembly/json/quoted";
import { jsonValidate } from "../../assembly/json/validate";
import { jsonFirstKey, jsonMemberValue, jsonNextKey } from "../../assembly/json/value";
import { JsonWalker } from "../../assembly/json/walker";
import { appendPlain } from "../../assembly/json/escape";
import { escapeJson, JsonWriter } from "../../assembly/json/writer";
import { Account } from "./account";
import { routeLabel } from "./metrics/label-values";
import { Attribute } from "./attributes/attribute";
import { Observations } from "./observations";

const KEPT_BYTES = 16 << 10;
const AT = 0x40;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
/** The longest number that is written as one. */
const LONGEST_NUMBER = 64;

/** What Higress writes where the route is not that of an API. */
const NO_API = String.UTF8.encode("-");

/** What stands before the values of the members that are always logged; of the type also its value. */
const API = constant(',\\"api\\":\\"');
const CHAT_ROUND = constant(',\\"chat_round\\":');
const MODEL = constant(',\\"model\\":\\"');
const INPUT = constant(',\\"input_token\\":');
const OUTPUT = constant(',\\"output_token\\":');
const TOTAL = constant(',\\"total_token\\":');
const INPUT_DETAILS = constant(',\\"input_token_details\\":');
const OUTPUT_DETAILS = constant(',\\"output_token_details\\":');
const ID = constant(',\\"chat_id\\":\\"');
const REASON = constant(',\\"finish_reason\\":\\"');
const FIRST_TOKEN = constant(',\\"llm_first_token_duration\\":');
const DURATION = constant(',\\"llm_service_duration\\":');
const SESSION = constant(',\\"session_id\\":\\"');
const STREAM = constant(',\\"response_type\\":\\"stream\\"');
const NORMAL = constant(',\\"response_type\\":\\"normal\\"');
const BRACE = constant("{");
/** A quote, and the end of a text. */
const END = constant('\\"');
/** Where the name begins in the text that stands before a member's value. */
const NAME_AT = ',\\"'.length;

const state = new FilterState(AI_LOG_STATE);
/** The object as it stands in the filter state: its quotes are escaped. */
const log = new ByteBuffer();
/** The object of the attributes, as JSON; it is not closed. */
const text = new ByteBuffer();
const scratch = new ByteBuffer();
const value = new ByteBuffer();
const writer = new JsonWriter(text);
const walker = new JsonWalker();
let hasAttributes: bool = false;

/**
 * Sets the filter state `ai_log`: a JSON object, escaped so that it can stand between the quotes of a JSON string. Members that other
 * plugins have put there stay. Sets the filter state of attributes that have one of their own.
 */
export function writeLog(account: Account, observations: Observations): void {
  const list = observations.list;
  log.clear();
  hasAttributes = list !== null;
  if (list) writeAttributes(list, observations);
  writeDefaults(account);
  // There is a member, which begins with a comma.
  copyInto(log.slice, BRACE);
  log.byte(0x7d);
  const other = state.get();
  if (sliceSize(other)) keepOthers(other);
  state.set(log.slice);
  log.release(KEPT_BYTES);
  if (!hasAttributes && !sliceSize(other)) return;
  text.release(KEPT_BYTES);
  scratch.release(KEPT_BYTES);
  value.release(KEPT_BYTES);
}

/** Attributes come before what is always logged, and in place of it. */
function writeAttributes(list: Attribute[], observations: Observations): void {
  text.clear();
  writer.reset().beginObject();
  for (let i = 0; i < list.length; i++) writeAttribute(list[i], i, observations);
  if (text.size == 1) return;
  log.byte(COMMA);
  escapeJson(subslice(text.slice, 1), log);
}

function writeAttribute(attribute: Attribute, i: i32, observations: Observations): void {
  if (!attribute.isInLog && !attribute.isSeparate) return;
  value.clear();
  const kind = observations.read(i, value);
  if (kind == ValueKind.Nothing) return;
  if (attribute.isSeparate) {
    scratch.clear();
    escapeJson(value.slice, scratch);
    setProperty(attribute.key, scratch.slice);
  } else if (!has(attribute.token)) {
    writer.rawKey(attribute.token);
    if (kind == ValueKind.Scalar && isScalar(value.slice)) writer.raw(value.slice);
    else writer.text(value.slice);
  }
}

function writeDefaults(account: Account): void {
  const usage = account.usage;
  const model = account.responseModel;
  textMember(API, apiOf(account));
  if (account.userMessages) numberMember(CHAT_ROUND, account.userMessages);
  textMember(
    MODEL,
    sliceSize(model)
      ? model
      : sliceSize(account.mappedModel.slice)
        ? account.mappedModel.slice
        : account.requestModel.slice,
  );
  if (usage) writeUsage(usage);
  textMember(ID, account.facts.id.slice);
  textMember(REASON, account.facts.reason.slice);
  if (account.status && !isTaken(STREAM)) log.constant(account.isStream ? STREAM : NORMAL);
  if (account.firstContent >= 0) numberMember(FIRST_TOKEN, account.firstContent);
  numberMember(DURATION, account.duration);
  textMember(SESSION, account.sessionId.slice);
}

function writeUsage(usage: TokenUsage): void {
  numberMember(INPUT, usage.prompt);
  numberMember(OUTPUT, usage.completion);
  numberMember(TOTAL, usage.total);
  if (!isTaken(INPUT_DETAILS)) usage.writeDetails(nameIn(INPUT_DETAILS), false, END, log);
  if (!isTaken(OUTPUT_DETAILS)) usage.writeDetails(nameIn(OUTPUT_DETAILS), true, END, log);
}

/** Writes a member, unless an attribute has its key or `content` is empty. `start`: what stands before the content. */
function textMember(start: Slice, content: Slice): void {
  if (!sliceSize(content) || isTaken(start)) return;
  log.constant(start);
  if (!appendPlain(content, log)) {
    scratch.clear();
    escapeJson(content, scratch);
    escapeJson(scratch.slice, log);
  }
  log.constant(END);
}

function numberMember(start: Slice, number: i64): void {
  if (!isTaken(start)) log.constant(start).integer(number);
}

/** Whether an attribute has the key of a member that is always logged. `start`: what stands before its value. */
function isTaken(start: Slice): bool {
  return hasAttributes && hasKey(start);
}

function hasKey(start: Slice): bool {
  value.clear();
  value.byte(QUOTE).append(nameIn(start)).byte(QUOTE);
  return has(value.slice);
}

/** The name of the member in the text that stands before its value. */
function nameIn(start: Slice): Slice {
  return subslice(start, NAME_AT, indexOfByte(start, BACKSLASH, NAME_AT));
}

/** Whether the object that is being written has a member with this key token. */
function has(key: Slice): bool {
  for (let token = jsonFirstKey(text.slice); token != ABSENT;) {
    if (slicesEqual(token, key)) return true;
    token = jsonNextKey(text.slice, jsonMemberValue(text.slice, token));
  }
  return false;
}

/** Appends the members of the object that is in the filter state already, but for those that are there now. */
function keepOthers(other: Slice): void {
  value.clear();
  if (!readQuoted(other, value) || jsonValidate(value.slice)) return;
  walker.start(value.slice);
  if (!walker.enterObject()) return;
  text.clear();
  readQuoted(log.slice, text);
  while (walker.nextMember()) {
    const member = walker.value();
    if (has(walker.key)) continue;
    text.size--;
    text.byte(COMMA).append(walker.key).byte(0x3a).append(member).byte(0x7d);
  }
  log.clear();
  escapeJson(text.slice, log);
}

/** Higress's name of an API: the first three parts of the name of its route. */
function apiOf(account: Account): Slice {
  const route = account.route;
  const second = indexOfByte(route, AT, indexOfByte(route, AT) + 1);
  return second < 0 ? sliceOfBuffer(NO_API) : routeLabel(account);
}

function isScalar(text: Slice): bool {
  return sliceSize(text) <= LONGEST_NUMBER && !jsonValidate(text);
}
