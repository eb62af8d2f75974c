import { Api } from "../../assembly/ai/api";
import { writeDenial } from "../../assembly/ai/denial";
import { errorBodyOf } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../../assembly/bytes/slice";
import { sendLocalReply } from "../../assembly/host/reply";
import { JsonWriter } from "../../assembly/json/writer";
import { Verdict } from "./checkers/verdict";
import { DenySettings } from "./deny-settings";

const KEPT_BYTES: i32 = 16384;
const MODEL = String.UTF8.encode('"from-security-guard"');
const EVENT_STREAM = "text/event-stream;charset=UTF-8";

const content = new ByteBuffer();
const json = new JsonWriter(content);
const body = new ByteBuffer();

/** The text for the client of a refused request or response: the verdict, as Higress writes it, or the message alone. Valid until the next call. */
export function denialText(settings: DenySettings, verdict: Verdict): Slice {
  return settings.isStructured ? sliceOfBuffer(settings.message) : verdictText(verdict.code, settings, verdict);
}

/** What stands beside the text in a choice; `ABSENT` for nothing. Valid until the next call. */
export function guardrailText(settings: DenySettings, verdict: Verdict): Slice {
  return settings.isStructured ? verdictText(settings.status, settings, verdict) : ABSENT;
}

/** Refuses the request or the response of a stream: the client gets a response of its API that has `denialText` as its text. */
export function sendDenial(settings: DenySettings, verdict: Verdict, api: Api, isStream: bool, details: string): void {
  const text = denialText(settings, verdict);
  if (settings.isOriginal) return sendLocalReply(settings.status, details, "application/json", text);
  const guardrail = guardrailText(settings, verdict);
  const model = sliceOfBuffer(MODEL);
  body.release(KEPT_BYTES);
  // Paths that name no API get a chat completion, as in Higress.
  if (!writeDenial(body, api, isStream, model, text, guardrail))
    writeDenial(body, Api.ChatCompletions, isStream, model, text, guardrail);
  sendLocalReply(settings.status, details, isStream ? EVENT_STREAM : "application/json", body.slice);
}

/** `{"code", "denyMessage", "blockedDetails"}` */
function verdictText(code: i64, settings: DenySettings, verdict: Verdict): Slice {
  const message = sliceOfBuffer(settings.message);
  content.release(KEPT_BYTES);
  json.reset().beginObject().key("code").integer(code);
  if (sliceSize(message)) json.key("denyMessage").text(message);
  json.key("blockedDetails").raw(verdict.details.slice).endObject();
  return content.slice;
}

/** Sends an error in the form of the client's API. */
export function refuse(api: Api, status: i32, message: string, reason: string): void {
  const isMessages = api == Api.Messages || api == Api.CountTokens;
  const text = String.UTF8.encode(message);
  const error = errorBodyOf(isMessages, status, sliceOfBuffer(text), reason);
  sendLocalReply(status, `ai-security-guard.${reason}`, "application/json", error);
}
