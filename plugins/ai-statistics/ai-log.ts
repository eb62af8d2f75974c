import { AI_LOG_STATE } from "../../assembly/ai/contract";
import { TokenUsage } from "../../assembly/ai/usage";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  ABSENT,
  indexOfByte,
  Slice,
  sliceIncludes,
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
import { escapeJson, JsonWriter } from "../../assembly/json/writer";
import { Account } from "./account";
import { Attribute } from "./attributes/attribute";
import { Observations } from "./observations";

const KEPT_BYTES = 16 << 10;
const AT = 0x40;
const QUOTE = 0x22;
/** The longest number that is written as one. */
const LONGEST_NUMBER = 64;

/** What Higress writes where the route is not that of an API. */
const NO_API = String.UTF8.encode("-");

const state = new FilterState(AI_LOG_STATE);
const text = new ByteBuffer();
const escaped = new ByteBuffer();
const value = new ByteBuffer();
const writer = new JsonWriter(text);
const walker = new JsonWalker();
/** Whether attributes were written into `text`. */
let hasAttributes: bool = false;

/**
 * Sets the filter state `ai_log`: a JSON object, escaped so that it can stand between the quotes of a JSON string. Members that other
 * plugins have put there stay. Sets the filter state of attributes that have one of their own.
 */
export function writeLog(account: Account, observations: Observations): void {
  text.clear();
  writer.reset().beginObject();
  const list = observations.list;
  hasAttributes = list !== null;
  if (list) for (let i = 0; i < list.length; i++) writeAttribute(list[i], i, observations);
  writeDefaults(account, observations);
  writer.endObject();
  keepOthers();
  escaped.clear();
  escapeJson(text.slice, escaped);
  state.set(escaped.slice);
  text.release(KEPT_BYTES);
  escaped.release(KEPT_BYTES);
  value.release(KEPT_BYTES);
}

/** An attribute comes before what is always logged, and in place of it. */
function writeAttribute(attribute: Attribute, i: i32, observations: Observations): void {
  if (!attribute.isInLog && !attribute.isSeparate) return;
  value.clear();
  const kind = observations.read(i, value);
  if (kind == ValueKind.Nothing) return;
  if (attribute.isSeparate) {
    escaped.clear();
    escapeJson(value.slice, escaped);
    setProperty(attribute.key, escaped.slice);
  } else if (!has(attribute.token)) {
    writer.rawKey(attribute.token);
    if (kind == ValueKind.Scalar && isScalar(value.slice)) writer.raw(value.slice);
    else writer.text(value.slice);
  }
}

function writeDefaults(account: Account, observations: Observations): void {
  const usage = account.usage;
  const model = account.responseModel;
  textMember("api", apiOf(account.route));
  if (account.userMessages) numberMember("chat_round", account.userMessages);
  textMember(
    "model",
    sliceSize(model)
      ? model
      : sliceSize(account.mappedModel.slice)
        ? account.mappedModel.slice
        : account.requestModel.slice,
  );
  if (usage) writeUsage(usage);
  textMember("chat_id", account.facts.id.slice);
  textMember("finish_reason", account.facts.reason.slice);
  if (account.status && begin("response_type")) writer.string(account.isStream ? "stream" : "normal");
  if (account.firstContent >= 0) numberMember("llm_first_token_duration", account.firstContent);
  numberMember("llm_service_duration", account.duration);
  textMember("session_id", account.sessionId.slice);
}

function writeUsage(usage: TokenUsage): void {
  numberMember("input_token", usage.prompt);
  numberMember("output_token", usage.completion);
  numberMember("total_token", usage.total);
  detailsMember("input_token_details", usage, false);
  detailsMember("output_token_details", usage, true);
}

function textMember(name: string, content: Slice): void {
  if (sliceSize(content) && begin(name)) writer.text(content);
}

function numberMember(name: string, number: i64): void {
  if (begin(name)) writer.integer(number);
}

/** It comes behind another member. */
function detailsMember(name: string, usage: TokenUsage, isOutput: bool): void {
  if (!isTaken(name)) usage.writeDetails(name, isOutput, text);
}

/** Writes the key of a member, unless an attribute has it. */
function begin(name: string): bool {
  if (isTaken(name)) return false;
  writer.key(name);
  return true;
}

/** Whether an attribute has the key of a member that is always logged. */
function isTaken(name: string): bool {
  // The search for the bytes is cheap, and finds nothing for almost every name.
  if (!hasAttributes || !sliceIncludes(text.slice, name)) return false;
  escaped.clear();
  return has(escaped.byte(QUOTE).text(name).byte(QUOTE).slice);
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
function keepOthers(): void {
  const other = state.get();
  if (other == ABSENT || !sliceSize(other)) return;
  value.clear();
  if (!readQuoted(other, value) || jsonValidate(value.slice)) return;
  walker.start(value.slice);
  if (!walker.enterObject()) return;
  while (walker.nextMember()) {
    const member = walker.value();
    if (has(walker.key)) continue;
    text.size--;
    text.byte(0x2c).append(walker.key).byte(0x3a).append(member).byte(0x7d);
  }
}

/** Higress's name of an API: the first three parts of the name of its route. */
function apiOf(route: Slice): Slice {
  let end = -1;
  for (let part = 0; part < 3; part++) {
    end = indexOfByte(route, AT, end + 1);
    if (end < 0) return part == 2 ? route : sliceOfBuffer(NO_API);
  }
  return subslice(route, 0, end);
}

function isScalar(text: Slice): bool {
  return sliceSize(text) <= LONGEST_NUMBER && !jsonValidate(text);
}
