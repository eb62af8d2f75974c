import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, sliceToString } from "../../../assembly/bytes/slice";
import { Callout, CalloutResponse, dispatchHttp } from "../../../assembly/host/callout";
import { nowInSeconds } from "../../../assembly/host/clock";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../assembly/host/headers";
import { clusterName } from "../../../assembly/host/property";
import { JsonDocument } from "../../../assembly/json/document";
import { escapeJson } from "../../../assembly/json/writer";
import { ApiToken } from "../config/api-token";
import { KeyFailover } from "../config/key-failover";
import { ProviderConfig } from "../config/provider-config";
import { Exchange } from "../exchange";
import { failureOfBody, failureOfStatus, KeyFailure } from "../keys/key-failure";
import { failKey, keyTime, restoreKey } from "../keys/key-pool";
import { waitAsked } from "../keys/key-wait";
import { BodyTreatment } from "../provider";
import { providerOf } from "../providers";
import { needsSettingsOnly } from "./body-need";
import { editRequest, prepareRequest } from "./edit-request";
import { readTraits } from "./fit-model";
import { readPath } from "./prepare-headers";
import { readRequest } from "./read-request";
import { writeUpstreamPath } from "./upstream-path";
import { FAILOVER } from "../config/built-features";

const CHAT_PATH = "/v1/chat/completions";
const TIMED_OUT = 504;
const CLIENT_ERROR = 400;
const SERVER_ERROR = 500;

const pairs = new HeaderPairs();
const document = new JsonDocument();
const client = new ByteBuffer();
const body = new ByteBuffer();
const path = new ByteBuffer();

/**
 * Sends a chat for one token with the API key `exchange.probeNumber`, whose wait is over, through the cluster of the request; the
 * request itself has another key. Call it when the headers of the request were read and changed. It needs no tick: a key that no
 * request needs is not tried.
 */
export function probeKey(exchange: Exchange, headers: HeaderMap): void {
  if (!FAILOVER) return;
  const config = exchange.config;
  const failover = config.failover;
  if (failover === null || !exchange.probeNumber) return;
  const token = config.tokens[exchange.probeNumber - 1];
  const authority = config.host.length ? config.host : sliceToString(headers.get(":authority"));
  const cluster = sliceToString(clusterName());
  const probe = new KeyProbe(config, failover, token, keyTime());
  const isWritten = write(config, failover, exchange.probeNumber, authority);
  if (isWritten && dispatchHttp(cluster, pairs, body.slice, failover.probeTimeout, probe)) return;
  // It cannot be tried like this: the next request of a client tries it.
  restoreKey(config.name, token, failover, keyTime());
}

/** A chat that the plugin sends to learn whether an API key works again. */
class KeyProbe extends Callout {
  constructor(
    private readonly config: ProviderConfig,
    private readonly failover: KeyFailover,
    private readonly key: ApiToken,
    private readonly sentAt: u64,
  ) {
    super();
  }

  onResponse(response: CalloutResponse): void {
    const failover = this.failover;
    const status = response.hasArrived ? response.headers.status : TIMED_OUT;
    let failure = failureOfStatus(failover, status);
    if (failure != KeyFailure.None && response.hasArrived) {
      failure = failureOfBody(failover, failure, response.body.bytes(), ABSENT);
    }
    // The provider accepted a key whose request it finds wrong.
    const isAccepted = status >= 200 && status < SERVER_ERROR && failure <= KeyFailure.Request;
    if (isAccepted) return restoreKey(this.config.name, this.key, failover, this.sentAt);
    const hasHint = status >= CLIENT_ERROR && response.hasArrived;
    const asked = hasHint ? waitAsked(response.headers, status, response.body.bytes()) : 0;
    const wait = asked ? asked : <u64>failover.probeInterval;
    failKey(this.config.name, this.key, failover, true, wait, failure == KeyFailure.Refused, status);
  }
}

/** Writes the request into `pairs` and `body`, as the provider's type sends a chat; `false` if it has none. */
function write(config: ProviderConfig, failover: KeyFailover, tokenNumber: i32, authority: string): bool {
  const exchange = new Exchange();
  exchange.begin(config);
  exchange.tokenNumber = tokenNumber;
  const isWritten = writeChat(exchange, failover, authority);
  exchange.reset();
  exchange.dispose();
  return isWritten;
}

function writeChat(exchange: Exchange, failover: KeyFailover, authority: string): bool {
  const edits = exchange.headers;
  client.clear();
  exchange.keepPath(client.text(CHAT_PATH).slice);
  readPath(exchange);
  edits.clear();
  providerOf(exchange).authorize(exchange.token!, exchange);
  writeBody(failover);
  if (!needsSettingsOnly(exchange) && !translate(exchange)) return false;
  path.clear();
  if (!providerOf(exchange).serves(exchange) || !writeUpstreamPath(exchange, path)) return false;
  pairs.clear().addText(":method", "POST").add(":path", path.slice).addText(":authority", authority);
  pairs.addText("content-type", "application/json");
  for (let i = 0; i < edits.count; i++) {
    const name = edits.nameAt(i);
    if (edits.isRemoval(i) || name.startsWith(":") || name == "content-type") continue;
    if (edits.valueAt(i) != ABSENT) pairs.add(name, edits.valueAt(i));
    else pairs.addText(name, edits.textAt(i));
  }
  return true;
}

function writeBody(failover: KeyFailover): void {
  client.clear();
  body.clear();
  body.text('{"model":"');
  escapeJson(client.text(failover.probeModel).slice, body);
  body.text('","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}');
}

/** Turns the chat in `body` into what the provider expects. */
function translate(exchange: Exchange): bool {
  client.clear();
  client.append(body.slice);
  if (!readRequest(exchange, document, client.slice) || !readTraits(exchange, document)) return false;
  exchange.created = nowInSeconds();
  if (providerOf(exchange).requestTreatment(exchange) == BodyTreatment.Converted) {
    prepareRequest(exchange, document, ABSENT);
    body.clear();
    return providerOf(exchange).translateRequest(exchange, document, body);
  }
  const edit = editRequest(exchange, document, ABSENT);
  if (edit === null) return true;
  body.clear();
  edit.write(body);
  return true;
}
