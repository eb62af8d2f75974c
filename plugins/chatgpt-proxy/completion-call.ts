import { CONSUMER_HEADER, MODEL_HEADER, PROVIDER_HEADER } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { maskSecrets } from "../../assembly/bytes/secret-mask";
import { SecretSet } from "../../assembly/bytes/secret-set";
import {
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceSize,
  sliceStartsWith,
  sliceToString,
} from "../../assembly/bytes/slice";
import { Callout, CalloutResponse } from "../../assembly/host/callout";
import { now } from "../../assembly/host/clock";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { HeaderMap } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";

/** The timeout of the call. */
export const TIMEOUT_MILLISECONDS: i32 = 10_000;
/** The host reads its clock at different moments: a timer may seem to expire this much early. */
const CLOCK_MILLISECONDS: i32 = 250;

/** The most headers of a local reply. */
const MOST_HEADERS: i32 = 64;

const relayed = new HeaderPairs();
const message = new ByteBuffer();

/** A call to the provider, whose response becomes the client's. */
export class CompletionCall extends Callout {
  private readonly start: u64 = now();

  /** `model` is the value of the response's model header; empty for none. `secrets` are masked in the response. */
  constructor(
    stream: u32,
    private readonly model: string,
    private readonly secrets: SecretSet | null,
  ) {
    super();
    this.stream = stream;
  }

  onResponse(response: CalloutResponse): void {
    message.clear();
    if (response.hasArrived) {
      relayed.clear();
      if (this.model.length) relayed.addText(MODEL_HEADER, this.model);
      relayHeaders(response.headers, this.secrets);
      const status = response.headers.status;
      if (this.secrets && status >= 400 && isCompressed(response.headers)) {
        const body = message.text("The provider's error is compressed, and could not be read.\n").slice;
        sendLocalReply(status, "chatgpt-proxy.unreadable_error", "text/plain", body);
        return;
      }
      const body = response.body.bytes();
      if (this.secrets) maskSecrets(this.secrets!, body);
      sendLocalReply(status, "chatgpt-proxy.forward", "", body, relayed);
      return;
    }
    // Envoy itself responds with 504 after a timeout and with 503 without a connection. Other hosts may report no response.
    if (now() - this.start >= <u64>(TIMEOUT_MILLISECONDS - CLOCK_MILLISECONDS) * 1_000_000) {
      const body = message.text("The provider did not answer in time.\n").slice;
      sendLocalReply(504, "chatgpt-proxy.timeout", "text/plain", body);
    } else {
      const body = message.text("The provider broke off its answer.\n").slice;
      sendLocalReply(502, "chatgpt-proxy.no_answer", "text/plain", body);
    }
  }
}

/** Copies the headers of the response, without those of the provider's connection. */
function relayHeaders(headers: HeaderMap, secrets: SecretSet | null): void {
  for (let i = 0; i < headers.count && relayed.count < MOST_HEADERS; i++) {
    const name = headers.nameAt(i);
    if (isOfConnection(name) || isGateways(name)) continue;
    const value = headers.valueAt(i);
    if (secrets) maskSecrets(secrets, value);
    relayed.add(sliceToString(name), value);
  }
}

/** Whether only the gateway may set the header. */
function isGateways(name: Slice): bool {
  if (sliceEquals(name, MODEL_HEADER) || sliceEquals(name, PROVIDER_HEADER)) return true;
  return sliceEquals(name, CONSUMER_HEADER) || sliceStartsWith(name, "x-envoy-");
}

function isCompressed(headers: HeaderMap): bool {
  const coding = headers.get("content-encoding");
  return sliceSize(coding) > 0 && !sliceEqualsIgnoringCase(coding, "identity");
}

// RFC 9110, section 7.6.1. The local reply has a length of its own.
function isOfConnection(name: Slice): bool {
  if (sliceStartsWith(name, ":") || sliceEquals(name, "content-length") || sliceEquals(name, "connection")) return true;
  if (sliceEquals(name, "transfer-encoding") || sliceEquals(name, "trailer") || sliceEquals(name, "upgrade"))
    return true;
  return sliceEquals(name, "keep-alive") || sliceEquals(name, "proxy-connection") || sliceEquals(name, "te");
}
