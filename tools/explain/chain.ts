import type { Chains } from "../../tests/host/http-stream.ts";
import { HttpStream } from "../../tests/host/http-stream.ts";
import { ProxyHost } from "../../tests/host/proxy-host.ts";
import { SharedData } from "../../tests/host/shared-data.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Filter, Gateway } from "./gateway.ts";

/** A place for a module in a chain, with the texts of its configuration. */
export interface Module {
  filter: string;
  wasm: string;
  configuration: string | undefined;
}

/** A gateway on the Node host that has served nothing yet, and a stream through it. */
export class Chain {
  /** The VMs by their modules: the filters of one module share it. */
  private readonly vms = new Map<string, ProxyHost>();
  readonly stream: HttpStream;
  private readonly shared = new SharedData();

  /** `probe` stands in the place of the filter of that number, counted through both chains. */
  constructor(
    private readonly gateway: Gateway,
    probe?: { index: number; module: Module },
  ) {
    const { downstream, upstream, routes, clusters, bufferLimitBytes } = gateway;
    const place = (filter: Filter, index: number): Chains["downstream"][0] => {
      if (probe?.index === index) return this.load(probe.module);
      const { name, configuration } = filter;
      if (configuration) return this.load(moduleOf(name, configuration));
      // Nothing runs there: any module stands in for it.
      return { ...this.load({ filter: name, wasm: EMPTY, configuration: "{}" }), root: null, looksAtRoute: true };
    };
    this.stream = new HttpStream(
      {
        downstream: downstream.map(place),
        upstream: upstream.map((filter, index) => place(filter, downstream.length + index)),
      },
      { routes, clusters, ...(bufferLimitBytes ? { bufferLimitBytes } : {}) },
    );
  }

  get hosts(): ProxyHost[] {
    return [...this.vms.values()];
  }

  private load({ filter, wasm, configuration }: Module): Chains["downstream"][0] {
    const clusters = this.gateway.clusters.map(({ name }) => name);
    const host = this.vms.get(wasm) ?? new ProxyHost(wasm, { logLevel: "warn", shared: this.shared, clusters });
    this.vms.set(wasm, host);
    return { vm: host.vm, root: host.configure(filter, configuration) };
  }
}

/** The module without options, for places in which nothing runs. */
const EMPTY = "build/redis-bridge.wasm";

const moduleOf = (filter: string, { plugin, text }: Configuration): Module => ({
  ...{ filter, wasm: `build/${plugin}.wasm`, configuration: text },
});
