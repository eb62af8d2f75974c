import { Slice } from "../bytes/slice";
import { Configuration, TypedConfiguration } from "./configuration";
import { Plugin } from "./plugin";

/** A plugin as the dispatcher sees it, without the type of its configuration. */
export abstract class PluginHost {
  /** The name of the plugin. */
  abstract name(): string;
  /** Reads a configuration; `null` if it has errors. */
  abstract configure(text: Slice): Configuration | null;
  /** See `Plugin.onTick`. */
  abstract onTick(): void;
  /** See `Plugin.onRootEnd`. */
  abstract onRootEnd(root: u32): void;
}

class TypedPluginHost<C> extends PluginHost {
  constructor(private readonly plugin: Plugin<C>) {
    super();
  }

  name(): string {
    return this.plugin.name();
  }

  configure(text: Slice): Configuration | null {
    const configuration = new TypedConfiguration<C>(this.plugin);
    if (!configuration.read(text)) return null;
    this.plugin.onConfigured();
    configuration.announce();
    return configuration;
  }

  onTick(): void {
    this.plugin.onTick();
  }

  onRootEnd(root: u32): void {
    this.plugin.onRootEnd(root);
  }
}

let host: PluginHost | null = null;

/** Registers the plugin of this module; called once, at the top level of its `index.ts`. */
export function registerPlugin<C>(plugin: Plugin<C>): void {
  host = new TypedPluginHost<C>(plugin);
}

/** The plugin of this module. */
export function pluginHost(): PluginHost {
  return host!;
}
