import { HeadersStatus } from "../abi/enums";
import { emptyRegion } from "../abi/memory";
import { sliceOfBuffer } from "../bytes/slice";
import { forgetHeaders, requestHeaders, responseHeaders } from "../host/headers";
import { log, LogLevel } from "../host/log";
import { sendLocalReply } from "../host/reply";
import { actOn } from "../host/stream";
import { Held, HeldStream } from "./body-watch";
import { pluginHost } from "./register";
import { HttpFilter } from "./filter";
import { Root } from "./root";
import { rewriteStalled } from "./stalled-body";
import { activeFilter, headersStatus } from "./statuses";
import { Stream, streams } from "./streams";

/**
 * How many streams one callback may reply to or resume, beside its own. Envoy does it after the callback, each inside the one
 * before (`doAfterVmCallActions`): thousands would overflow its stack.
 */
export const MOST_TURNS = 32;

const OPTION = "allow_on_headers_stop_iteration";
const BROKEN = "The gateway's configuration of this route is broken; the gateway's log says where.\n";
const broken = String.UTF8.encode(BROKEN);

/** The headers of a request: selects the configuration, creates the filter and calls it. */
export function requestHeadersArrived(stream: Stream, endOfStream: bool): HeadersStatus {
  const configuration = stream.root!.configuration;
  if (configuration === null) return HeadersStatus.Continue;
  const filter = configuration.createFilter();
  if (configuration.broken) {
    const body = sliceOfBuffer(broken);
    sendLocalReply(500, `${pluginHost().name()}.bad_route_config`, "text/plain", body);
    return HeadersStatus.StopAllIterationAndWatermark;
  }
  if (filter === null) return HeadersStatus.Continue;
  filter.contextId = stream.id;
  stream.filter = filter;
  stream.request.isComplete = endOfStream;
  const action = filter.onRequestHeaders(requestHeaders, endOfStream);
  return headersStatus(stream, stream.request, action, endOfStream, Held.RequestBody);
}

/** The filter of a stream that has ended. A stream whose request headers never came gets one now, with the configuration that applies. */
export function filterForLog(stream: Stream): HttpFilter | null {
  const configuration = stream.root!.configuration;
  if (stream.filter === null && configuration !== null) {
    const filter = configuration.createFilter();
    if (filter) filter.contextId = stream.id;
    stream.filter = filter;
  }
  return stream.filter;
}

/** The headers of a response. */
export function responseHeadersArrived(stream: Stream, endOfStream: bool): HeadersStatus {
  const filter = activeFilter(stream);
  if (filter === null) return HeadersStatus.Continue;
  stream.response.isComplete = endOfStream;
  const action = filter.onResponseHeaders(responseHeaders, endOfStream);
  return headersStatus(stream, stream.response, action, endOfStream, Held.ResponseBody);
}

/** A tick of a root context: calls the plugin, expires deadlines, and replies to streams whose body never arrives. */
export function ticked(root: Root): void {
  root.isHurried = false;
  if (root.pluginTick) pluginHost().onTick();
  root.deadlines.expire(MOST_TURNS);
  let turns = MOST_TURNS;
  for (let looks = root.bodies.looks; looks > 0 && turns > 0; looks--) {
    const stream = root.bodies.look();
    if (stream === null) continue;
    if (root.bodies.found < Held.RequestRest) refuseHeld(root, stream);
    else rewriteStalled(root, stream as Stream, root.bodies.found);
    turns--;
  }
  root.bodies.isBehind = turns == 0;
  root.adjustTick();
}

/**
 * Makes the host calls that follow act on another stream of the plugin, in a callback that serves many. Frees what the host
 * handed over so far in this callback. Returns `false`, and changes nothing, if the stream has ended.
 */
export function turnTo(id: u32): bool {
  const stream = streams.get(id);
  if (stream === null) return false;
  forgetHeaders();
  emptyRegion();
  actOn(stream);
  return true;
}

/** Replies to a stream whose body never arrives; it is the effective context. */
function refuseHeld(root: Root, stream: HeldStream): void {
  const name = pluginHost().name();
  const sentence = `${OPTION}: true must be set in the configuration of the Wasm filter ${name}`;
  if (!root.bodies.isLogged) log(LogLevel.Error, `${name}: ${sentence}; without it every body is held for ever`);
  root.bodies.isLogged = true;
  const body = String.UTF8.encode(`The gateway's configuration is broken: ${sentence}.\n`);
  sendLocalReply(500, `${name}.missing_${OPTION}`, "text/plain", sliceOfBuffer(body));
}
