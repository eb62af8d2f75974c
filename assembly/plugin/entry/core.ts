import "../../abi/abort";
import { BufferType, HeadersStatus } from "../../abi/enums";
import { enterCallback } from "../../abi/memory";
import { BodyBuffer } from "../../host/body";
import { dropCalls } from "../../host/call";
import { log, LogLevel, refreshLogLevel } from "../../host/log";
import { enter, enterPlugin, leave, leaveAndCollect, recycle } from "../callback";
import { requestHeadersArrived, ticked } from "../dispatcher";
import { collectGarbage, noteConfiguration, noteStreamEnd } from "../garbage";
import { pluginHost } from "../register";
import { beginRoot, endRoot, rootOf } from "../root";
import { Stream, streams } from "../streams";
import { VERSION } from "../version";

// The callbacks that every plugin exports. The host enters a module only for callbacks that it exports, and each entry costs: a
// plugin exports those of the other files in this folder that its hooks need. An unknown context id is ignored.
export { proxy_on_memory_allocate } from "../../abi/memory";

/** Streams between two reads of the host's log level. */
const LOG_LEVEL_EVERY = 256;

const pluginConfiguration = new BodyBuffer(BufferType.PluginConfiguration);

/** Names the version of the ABI that the module implements. */
export function proxy_abi_version_0_2_1(): void {}

/** Begins a root context (`parent` 0) or a stream. */
export function proxy_on_context_create(id: u32, parent: u32): void {
  if (parent == 0) return beginRoot(id);
  const root = rootOf(parent);
  if (root === null) return;
  streams.begin(id, root);
  if (id % LOG_LEVEL_EVERY == 0) refreshLogLevel();
}

/** Logs the version of the module, once for each VM. */
export function proxy_on_vm_start(root: u32, size: u32): u32 {
  enterCallback();
  refreshLogLevel();
  log(LogLevel.Info, `${pluginHost().name()}: version ${VERSION}`);
  leaveAndCollect();
  return 1;
}

/** Reads the configuration of a root context; 0 refuses it. */
export function proxy_on_configure(id: u32, size: u32): u32 {
  const root = rootOf(id);
  if (root === null) return 0;
  enterPlugin(id);
  refreshLogLevel();
  const text = pluginConfiguration.part(0, size);
  const configuration = pluginHost().configure(text);
  if (configuration) root.configuration = configuration;
  const isAccepted = configuration !== null;
  noteConfiguration();
  leaveAndCollect();
  return isAccepted ? 1 : 0;
}

/** The headers of a request arrived. */
export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  const stream = streams.get(id);
  if (stream === null) return HeadersStatus.Continue;
  enter(stream);
  const status = requestHeadersArrived(stream, endOfStream != 0);
  leave();
  return status;
}

/** The tick period of a root context has passed. */
export function proxy_on_tick(id: u32): void {
  const root = rootOf(id);
  if (root === null) return;
  enterPlugin(id);
  ticked(root);
  leaveAndCollect();
}

/** A stream or a root context has ended. */
export function proxy_on_delete(id: u32): void {
  const stream = streams.get(id);
  if (stream !== null) endStream(stream);
  else if (rootOf(id) !== null) endPlugin(id);
  collectGarbage(streams.open);
}

function endPlugin(id: u32): void {
  enterPlugin(id);
  dropCalls(id);
  endRoot(id);
  pluginHost().onRootEnd(id);
  leave();
  noteConfiguration();
}

/** Runs `onStreamDone` in `proxy_on_delete`, which follows `proxy_on_done` at once: one callback less for each stream. */
function endStream(stream: Stream): void {
  const filter = stream.filter;
  if (filter !== null) {
    enter(stream);
    dropCalls(stream.id);
    filter.onStreamDone();
    // It may have dispatched some.
    dropCalls(stream.id);
    leave();
  }
  streams.end(stream);
  recycle(stream);
  noteStreamEnd();
}
