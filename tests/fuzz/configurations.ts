// SPDX-License-Identifier: Apache-2.0
import { ProxyHost } from "../host/proxy-host.ts";
import { Random } from "../unit/random.ts";
import { mutateJson } from "./mutate.ts";

/** The number of configurations that one VM gets before it is replaced. */
const PER_VM = 200;

/** A plugin whose configurations are attacked. */
export interface ConfigurationTarget {
  plugin: string;
  wasm: string;
  /** Valid configurations: the mutations start from them. */
  configs: object[];
  /** The prefix of every secret in them; no log line may contain it. */
  secret: string;
}

/**
 * Gives the plugin mutated configurations: each must be accepted, or refused with a line that has the reason, and no line
 * may contain a secret. Returns the number of accepted ones.
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
