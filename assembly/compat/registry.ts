import { namedProperty } from "../host/property";
import { sliceToString } from "../bytes/slice";
import { Context, RootContext } from "./contexts";
import { LogLevelValues } from "./enums";
import { log } from "./host-calls";

const factories = new Map<string, (context_id: u32) => RootContext>();
const roots = new Map<u32, RootContext>();
const contexts = new Map<u32, Context>();

/** Registers what creates the root contexts of a `root_id` in Envoy's configuration. */
export function registerRootContext(root_context_factory: (context_id: u32) => RootContext, name: string): void {
  factories.set(name, root_context_factory);
}

/** Creates the root context with this id. If nothing is registered for its `root_id` that is logged, and there is none. */
export function beginRoot(id: u32): void {
  if (roots.has(id)) return;
  const name = sliceToString(namedProperty("plugin_root_id"));
  if (!factories.has(name)) {
    const known = factories.keys().join('", "');
    log(LogLevelValues.error, `no root context is registered for root_id "${name}"; there are: "${known}"`);
    return;
  }
  const root = factories.get(name)(id);
  root.context_id = id;
  root.host.id = id;
  roots.set(id, root);
}

/** Creates the context of a stream. */
export function beginContext(id: u32, root: u32): void {
  if (!roots.has(root) || contexts.has(id)) return;
  const context = roots.get(root).createContext(id);
  context.context_id = id;
  context.host.id = id;
  contexts.set(id, context);
}

/** The root context with this id; `null` if there is none. */
export function rootOf(id: u32): RootContext | null {
  return roots.has(id) ? roots.get(id) : null;
}

/** The context of a stream; `null` if there is none. */
export function contextOf(id: u32): Context | null {
  return contexts.has(id) ? contexts.get(id) : null;
}

/** Forgets a context or root context. */
export function forget(id: u32): void {
  if (contexts.has(id)) contexts.delete(id);
  else if (roots.has(id)) roots.delete(id);
}

/** The number of open streams. */
export function openStreams(): i32 {
  return contexts.size;
}
