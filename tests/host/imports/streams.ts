// SPDX-License-Identifier: Apache-2.0
import { Status, StreamType } from "../abi.ts";
import { decodePairs } from "../guest-memory.ts";
import { HeaderMap } from "../header-map.ts";
import { findProperty } from "../properties.ts";
import type { Vm } from "../vm.ts";

/** Host calls on the stream as a whole: continue, close, local replies, properties, effective context. */
export function streamCalls(vm: Vm) {
  return {
    proxy_set_effective_context(id: number): number {
      return vm.setEffectiveContext(id >>> 0) ? Status.Ok : Status.BadArgument;
    },
    // Only a root context that was asked to end and said "not yet" may be done later.
    proxy_done: (): number => Status.NotFound,

    proxy_continue_stream(type: number): number {
      if (type > StreamType.Upstream) return Status.BadArgument;
      const stream = vm.stream;
      if (!stream) return onRoot("continues", Status.Ok);
      if (type === StreamType.Downstream) return Status.Ok;
      if (type === StreamType.Upstream) return Status.Unimplemented;
      const reason = stream.stream.whyNotContinue(type);
      if (reason) vm.violate(`continues the ${type === StreamType.Request ? "request" : "response"} ${reason}`);
      vm.doAfterCall(() =>
        type === StreamType.Request ? stream.stream.continueRequest() : stream.stream.continueResponse(),
      );
      // Whichever direction continues, it is the request's maps that are gone afterwards.
      Object.assign(stream, { requestHeaders: null, requestBody: null, requestTrailers: null });
      return Status.Ok;
    },
    proxy_close_stream(type: number): number {
      if (type > StreamType.Upstream) return Status.BadArgument;
      const stream = vm.stream;
      if (!stream) return onRoot("closes", Status.Ok);
      if (type <= StreamType.Response) vm.doAfterCall(() => stream.stream.close());
      return Status.Ok;
    },
    proxy_send_local_response(
      status: number,
      details: number,
      detailsSize: number,
      body: number,
      bodySize: number,
      headers: number,
      headersSize: number,
      _grpcStatus: number,
    ): number {
      const detailsText = vm.memory.readText(details, detailsSize);
      const bodyData = vm.memory.read(body, bodySize);
      const headerData = vm.memory.read(headers, headersSize);
      if (detailsText === null || !bodyData || !headerData) return Status.InvalidMemoryAccess;
      const pairs = decodePairs(headerData);
      if (!pairs) vm.violate("sends a local reply with header pairs in a broken layout");
      if (status < 200 || status > 599) vm.violate(`sends a local reply with status ${status}`);
      const stream = vm.stream;
      if (!stream) return onRoot("sends a local reply", Status.Ok);
      // Response code details stand in access logs that are split at white space.
      const code = detailsText.replaceAll(/\s/g, "_");
      const extra = new HeaderMap(pairs ?? []);
      vm.doAfterCall(() => stream.stream.sendLocalReply(status, bodyData, extra, code));
      vm.stopIteration = true;
      return Status.Ok;
    },

    proxy_get_property(path: number, pathSize: number, valueAt: number, sizeAt: number): number {
      const text = vm.memory.readText(path, pathSize);
      if (text === null) return Status.InvalidMemoryAccess;
      const value = findProperty(vm, text.split("\0"));
      if (!value) return Status.NotFound;
      return vm.memory.handOver(value, valueAt, sizeAt) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_set_property(path: number, pathSize: number, value: number, size: number): number {
      const name = vm.memory.readText(path, pathSize);
      const data = vm.memory.read(value, size);
      if (name === null || !data) return Status.InvalidMemoryAccess;
      const stream = vm.stream;
      if (!stream) return onRoot("sets a property", Status.NotFound);
      const state = stream.stream.filterState;
      const old = state.get(name);
      if (old?.readonly) {
        vm.violate(`sets the read-only property ${name} twice`);
        return Status.BadArgument;
      }
      const prototype = stream.root.prototypes.get(name) ?? { readonly: false, span: 0 };
      state.set(name, { ...(old ?? prototype), value: data });
      return Status.Ok;
    },
  };

  // Envoy does nothing and mostly says Ok: the plugin would wait for ever.
  function onRoot(what: string, status: number): number {
    vm.violate(`${what} without an effective stream context`);
    return status;
  }
}
