// SPDX-License-Identifier: Apache-2.0
import { ProxyHost } from "../host/proxy-host.ts";
import { Random } from "../unit/random.ts";
import { mutateJson } from "./mutate.ts";

/** Configurations that one VM is given before it is thrown away. */
const PER_VM = 200;

/** A plugin whose configurations are attacked. */
export interface ConfigurationTarget {
  plugin: string;
  wasm: string;
  /** Configurations that are right: the mutations start from them. */
  configs: object[];
  /** What begins every secret in them; no log line may show it. */
  secret: string;
}

/**
 * Gives the plugin so many mutated configurations: each is accepted, or refused with a line that says why, and no line
 * shows a key. Gives back how many were accepted.
 */
export function fuzzConfigurations(target: ConfigurationTarget, count: number, seed: number): number {
  const { plugin, wasm, configs, secret } = target;
  const random = new Random(seed);
  let host = new ProxyHost(wasm);
  let accepted = 0;
  for (let index = 0; index < count; index++) {
    if (index % PER_VM === 0) host = new ProxyHost(wasm, { logLevel: "info" });
    const text = mutateJson(JSON.stringify(random.pick(configs)), random);
    const context = host.configure(plugin, text);
    const { logs } = host.vm;
    const shown = logs.find((line) => line.text.includes(secret));
    if (shown) throw new Error(`a key stands in the log: ${shown.text}\nwith ${text}`);
    if (!context && !logs.some(({ level }) => level === "error")) throw new Error(`refused without a word: ${text}`);
    logs.length = 0;
    if (context) accepted++;
    if (context) host.release(context);
  }
  return accepted;
}
