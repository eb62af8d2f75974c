// SPDX-License-Identifier: Apache-2.0
import type { HeaderMap } from "./header-map.ts";

/** The part of Envoy's `RouteAction` that the host follows, under Envoy's names. */
export interface RouteAction {
  retry_policy?: RetryPolicy;
  internal_redirect_policy?: RedirectPolicy;
}

/** When the router tries again. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter */
export interface RetryPolicy {
  /** Conditions, joined by commas. */
  retry_on: string;
  num_retries?: number;
  retriable_status_codes?: number[];
  /** Names of response headers, matched by their presence. */
  retriable_headers?: { name: string; present_match?: boolean }[];
  /** `previous_priorities`: an aggregate's next member after so many attempts. */
  retry_priority?: { typed_config: { update_frequency?: number } };
}

/** When the router starts the request again instead of passing a redirect on. */
export interface RedirectPolicy {
  redirect_response_codes?: number[];
  max_internal_redirects?: number;
  response_headers_to_copy?: string[];
}

const DEFAULT_UPDATE_FREQUENCY = 2;

/** Counts the attempts of one request and says whether there is another one. */
export class Retries {
  /** Attempts that began, the first one included. */
  attempts = 0;
  private readonly conditions: Set<string>;

  constructor(private readonly policy: RetryPolicy | undefined) {
    this.conditions = new Set(policy?.retry_on.split(",").map((condition) => condition.trim()));
  }

  /** The member of an aggregate cluster to which the next attempt goes. */
  get priority(): number {
    const previous = this.policy?.retry_priority?.typed_config;
    return previous ? Math.floor(this.attempts / (previous.update_frequency ?? DEFAULT_UPDATE_FREQUENCY)) : 0;
  }

  /** Whether a response with these headers is not passed on, but asked for again. */
  afterHeaders(headers: HeaderMap): boolean {
    const status = Number(headers.get(":status"));
    return this.isLeft && (this.isRetriableStatus(status) || this.hasRetriableHeader(headers));
  }

  /** Whether a connection that broke before any header is followed by another attempt. */
  afterReset(reason: string): boolean {
    const failedToConnect = reason.startsWith("remote_connection_failure");
    const isRetriable = ["5xx", "gateway-error", "reset"].some((condition) => this.conditions.has(condition));
    return this.isLeft && (isRetriable || (failedToConnect && this.conditions.has("connect-failure")));
  }

  private get isLeft(): boolean {
    return this.policy !== undefined && this.attempts <= (this.policy.num_retries ?? 1);
  }

  private isRetriableStatus(status: number): boolean {
    const { conditions } = this;
    if (status >= 500 && conditions.has("5xx")) return true;
    if (status >= 502 && status <= 504 && conditions.has("gateway-error")) return true;
    if (status === 409 && conditions.has("retriable-4xx")) return true;
    const listed = this.policy?.retriable_status_codes?.includes(status) ?? false;
    return listed && conditions.has("retriable-status-codes");
  }

  private hasRetriableHeader(headers: HeaderMap): boolean {
    const names = this.policy?.retriable_headers?.map(({ name }) => name) ?? [];
    return this.conditions.has("retriable-headers") && names.some((name) => headers.get(name) !== undefined);
  }
}

/** Whether the router follows a response as an internal redirect, after so many of them. */
export function isInternalRedirect(policy: RedirectPolicy | undefined, headers: HeaderMap, earlier: number): boolean {
  if (!policy || earlier >= (policy.max_internal_redirects ?? 1)) return false;
  const codes = policy.redirect_response_codes ?? [302];
  return codes.includes(Number(headers.get(":status"))) && Boolean(headers.get("location"));
}

/** Turns the request headers into those of the next pass, as the response's `location` says. */
export function redirectRequest(request: HeaderMap, response: HeaderMap, policy: RedirectPolicy): void {
  const location = new URL(response.get("location") ?? "");
  const old = `${request.get(":scheme")}://${request.get(":authority")}${request.get(":path")}`;
  for (const name of policy.response_headers_to_copy ?? []) {
    request.remove(name);
    for (const value of response.getAll(name)) request.add(name, value);
  }
  request.set("x-envoy-original-url", old);
  request.set(":scheme", location.protocol.slice(0, -1));
  request.set(":authority", location.host);
  request.set(":path", `${location.pathname}${location.search}`);
}
