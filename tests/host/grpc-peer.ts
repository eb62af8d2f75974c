// SPDX-License-Identifier: Apache-2.0
import type { GrpcStreamCallout } from "./callouts.ts";
import { HeaderMap, type HeaderPair } from "./header-map.ts";
import type { ProxyHost } from "./proxy-host.ts";

/** How a gRPC stream ends; the text is `grpc-message` as it came over the wire, percent-encoded. */
export interface GrpcEnd {
  status: number;
  text?: string;
  trailers?: HeaderPair[];
}

/**
 * The other side of the gRPC streams that a plugin opened, on the Node host: each function is what Envoy does when the peer
 * does the same (source/common/grpc/async_client_impl.cc, source/extensions/common/wasm/context.cc).
 */
export class GrpcPeer {
  constructor(private readonly host: ProxyHost) {}

  /** The streams that are open, in the order in which they were opened. */
  get streams(): GrpcStreamCallout[] {
    return [...this.host.vm.grpcStreams.values()].filter((stream) => !stream.isRemoteClosed && this.isKnown(stream));
  }

  /** The response begins. */
  headers(stream: GrpcStreamCallout, headers: HeaderPair[] = []): void {
    this.metadata(stream, "initialMetadata", [[":status", "200"], ["content-type", "application/grpc"], ...headers]);
  }

  /** A message arrives. */
  message(stream: GrpcStreamCallout, message: Buffer | string): void {
    const data = Buffer.from(message as string);
    const empty = { initialMetadata: null, trailingMetadata: null };
    stream.root.grpc = { ...empty, message: data };
    this.call(stream, "proxy_on_grpc_receive", [data.length]);
    stream.root.grpc = null;
  }

  /** The peer ends the stream with a status, in trailers. */
  end(stream: GrpcStreamCallout, { status, text = "", trailers = [] }: GrpcEnd): void {
    this.metadata(stream, "trailingMetadata", [["grpc-status", String(status)], ["grpc-message", text], ...trailers]);
    this.close(stream, status, text ? `${text}{via_upstream}` : "via_upstream");
  }

  /** The peer ends the stream with a status, in the headers of its response: they count as trailers. */
  refuse(stream: GrpcStreamCallout, end: GrpcEnd): void {
    this.metadata(stream, "initialMetadata", []);
    this.end(stream, end);
  }

  /** The stream breaks off: the peer, or its connection, reset it. */
  reset(stream: GrpcStreamCallout): void {
    this.metadata(stream, "trailingMetadata", []);
    this.close(stream, 13, "upstream_reset_after_response_started{remote_reset}");
  }

  /** The response is none of gRPC. */
  http(stream: GrpcStreamCallout, status: number): void {
    // https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
    const statuses: Record<number, number> = { 400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14 };
    this.metadata(stream, "initialMetadata", [[":status", String(status)]]);
    this.metadata(stream, "trailingMetadata", []);
    this.close(stream, statuses[status] ?? 2, "via_upstream");
  }

  /** No endpoint accepts the connection. */
  unreachable(stream: GrpcStreamCallout): void {
    this.metadata(stream, "initialMetadata", []);
    this.metadata(stream, "trailingMetadata", []);
    this.close(stream, 14, "upstream connect error or disconnect/reset before headers");
  }

  private close(stream: GrpcStreamCallout, status: number, text: string): void {
    if (!this.isKnown(stream)) return;
    stream.isRemoteClosed = true;
    stream.root.status = { code: status, message: text };
    this.call(stream, "proxy_on_grpc_close", [status]);
    stream.root.status = { code: status, message: "" };
    const { grpcStreams } = this.host.vm;
    if (stream.isClosed) grpcStreams.delete(stream.token);
    else if (grpcStreams.has(stream.token)) {
      this.host.vm.violate("keeps a gRPC stream that the peer has closed: Envoy frees its record when it is cancelled");
    }
    this.host.check();
  }

  private metadata(
    stream: GrpcStreamCallout,
    map: "initialMetadata" | "trailingMetadata",
    headers: HeaderPair[],
  ): void {
    const empty = { initialMetadata: null, message: null, trailingMetadata: null };
    const content = new HeaderMap(headers);
    stream.root.grpc = { ...empty, [map]: content };
    const name = map === "initialMetadata" ? "initial_metadata" : "trailing_metadata";
    this.call(stream, `proxy_on_grpc_receive_${name}`, [content.size]);
    stream.root.grpc = null;
  }

  /** No callback runs for a stream that was cancelled or whose root context has ended. */
  private isKnown({ token, root }: GrpcStreamCallout): boolean {
    return this.host.vm.grpcStreams.has(token) && this.host.vm.contexts.has(root.id);
  }

  private call(stream: GrpcStreamCallout, callback: string, args: number[]): void {
    if (!this.isKnown(stream)) return;
    this.host.vm.call(stream.root, callback, [stream.root.id, stream.token, ...args]);
    this.host.vm.runAfterCall();
    this.host.check();
  }
}
