import { BodyModel } from "../../../assembly/ai/body-model";
import { isConnectionHeader } from "../../../assembly/ai/connection-header";
import { FALLBACK_FROM_HEADER, FALLBACK_TARGET_HEADER, REPLAY_HEADER } from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceStartsWith, sliceToString, subslice } from "../../../assembly/bytes/slice";
import { now } from "../../../assembly/host/clock";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../assembly/host/headers";
import { savedHeader, SavedHeaders } from "../../../assembly/host/header-snapshot";
import { Attempts } from "../attempts";
import { Target } from "../target";
import { MarkedRequest, writeMark } from "./mark";

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

const saved = new SavedHeaders();
const reader = new BodyModel();
const mark = new ByteBuffer();
const name = new ByteBuffer();
const scratch = new ByteBuffer();

/**
 * Writes the headers of the call that sends the client's request to the target of the current pass: those of the client, the headers
 * by which the target's route is chosen, and the mark.
 */
export function writeReplayHeaders(attempts: Attempts, secret: Slice, headers: HeaderPairs): void {
  const target = targetOf(attempts);
  const client = attempts.headers.slice;
  const modelHeader = target.model.length ? attempts.config.modelHeader : "";
  headers.clear();
  headers.add(":method", savedHeader(client, ":method"));
  headers.add(":path", savedHeader(client, ":path"));
  headers.add(":authority", savedHeader(client, ":authority"));
  saved.begin(client);
  while (saved.next()) {
    if (isConnectionHeader(saved.name) || isOfThisPass(saved.name)) continue;
    if (modelHeader.length && sliceEquals(saved.name, modelHeader)) continue;
    headers.add(sliceToString(saved.name), saved.value);
  }
  if (modelHeader.length) headers.addText(modelHeader, target.model);
  headers.add(FALLBACK_FROM_HEADER, attempts.origin.slice);
  headers.addText(FALLBACK_TARGET_HEADER, target.name);
  headers.add(REPLAY_HEADER, markOf(attempts, target, secret));
}

/** Sets the same headers on a request that has not been sent yet. */
export function selectTarget(attempts: Attempts, headers: HeaderMap): void {
  const target = targetOf(attempts);
  const modelHeader = attempts.config.modelHeader;
  headers.set(FALLBACK_FROM_HEADER, attempts.origin.slice);
  headers.setText(FALLBACK_TARGET_HEADER, target.name);
  if (target.model.length && modelHeader.length) headers.setText(modelHeader, target.model);
}

/** Appends the client's body, with the model of the current target where it names one. */
export function writeReplayBody(attempts: Attempts, body: Slice, out: ByteBuffer): void {
  const target = targetOf(attempts);
  if (target.model.length) {
    reader.begin(savedHeader(attempts.headers.slice, "content-type"), "model");
    reader.push(body);
    reader.end();
    const isNamed = reader.name(scratch) != ABSENT;
    if (isNamed) {
      name.clear();
      out.append(subslice(body, 0, reader.start));
      reader.writeName(name.text(target.model).slice, out);
      out.append(subslice(body, reader.start + reader.size));
    }
    reader.reset();
    if (isNamed) return;
  }
  out.append(body);
}

/** The target of the current pass; the route itself is sent to another one before it. */
function targetOf(attempts: Attempts): Target {
  return attempts.config.targets[attempts.current - 1];
}

/** Headers that this Envoy has added, or that ask for something that was answered on this pass. */
function isOfThisPass(header: Slice): bool {
  if (sliceStartsWith(header, "x-envoy-") || sliceEquals(header, "expect")) return true;
  return sliceEquals(header, FALLBACK_FROM_HEADER) || sliceEquals(header, FALLBACK_TARGET_HEADER);
}

function markOf(attempts: Attempts, target: Target, secret: Slice): Slice {
  const client = attempts.headers.slice;
  name.clear();
  const request = new MarkedRequest(
    attempts.origin.slice,
    name.text(target.name).slice,
    savedHeader(client, ":method"),
    savedHeader(client, ":path"),
  );
  mark.clear();
  writeMark(secret, request, now() / NANOSECONDS_PER_MILLISECOND, mark);
  return mark.slice;
}
