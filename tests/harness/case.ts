// SPDX-License-Identifier: Apache-2.0
/** A header as a case expects it. */
export type ExpectedHeader = string | null | { matches: string };

/** A route of a case. */
export interface CaseRoute {
  name: string;
  match?: Record<string, unknown>;
  cluster?: string;
  metadata?: unknown;
  metadataText?: string;
  disabled?: boolean;
  direct?: { status: number; headers?: Record<string, string>; body?: string };
}

/** A body in one of the ways a case can give it. */
export interface BodySource {
  json?: unknown;
  body?: string;
  bodyFile?: string;
}

/** What the client sends. */
export interface CaseRequest extends BodySource {
  method?: string;
  path?: string;
  authority?: string;
  headers?: Record<string, string | string[]>;
  /** Whose key key-auth has found in the request. */
  consumer?: string;
  chunks?: number[];
  everyByte?: boolean;
  trailers?: Record<string, string | string[]>;
}

/** What the upstream answers. */
export interface CaseReply extends BodySource {
  status?: number;
  headers?: Record<string, string | string[]>;
  sse?: unknown[];
  chunkSize?: number;
  trailers?: Record<string, string | string[]>;
  end?: "clean" | "cut" | "hang" | "refuse";
  delayMs?: number;
}

/** A rule of a service that a plugin calls: its reply to calls that contain all of the texts. */
export interface CaseCallout {
  when?: string | string[];
  reply?: CaseReply;
  /** Instead of `reply`: the mock service of tests/checkers or tests/engines. */
  mock?: string;
}

/** The services that a plugin calls, by cluster. */
export type CaseCallouts = Record<string, CaseCallout[]>;

/** What the upstream should have received. */
export interface ExpectedRequest extends BodySource {
  method?: string;
  path?: string;
  authority?: string;
  headers?: Record<string, ExpectedHeader>;
  bodySameAsClient?: true;
}

/** What the client should have received. */
export interface ExpectedResponse extends BodySource {
  status?: number;
  headers?: Record<string, ExpectedHeader>;
  bodySameAsUpstream?: true;
  sse?: unknown[];
  trailers?: Record<string, ExpectedHeader>;
  details?: string;
  aiLog?: unknown;
  end?: "clean" | "reset";
}

/** One request and all that is expected of it. */
export interface Exchange {
  name: string;
  repeat?: number;
  retry?: true;
  request: CaseRequest;
  reply?: CaseReply;
  expectUpstream?: false | ExpectedRequest;
  expect?: ExpectedResponse;
}

/** One case, ready to run: variants are spread out, defaults are filled in. */
export interface Case {
  /** The plugin: the folder that the file lies in. */
  plugin: string;
  /** The file's name, and the variant and protocols where there are several. */
  name: string;
  description: string;
  /** The configuration's text; absent means that none is given. */
  configuration?: string;
  routes: CaseRoute[];
  dialect?: string;
  upstreamHttp2: boolean;
  downstreamHttp2: boolean;
  bufferLimitBytes?: number;
  stateful: boolean;
  /** Services that the plugin calls. */
  callouts?: CaseCallouts;
  /** Commands that run in Redis before the case. */
  redis?: string[][];
  configError?: string[];
  exchanges: Exchange[];
  logs: { contains: string[]; once: string[]; excludes: string[] };
}

/** The configuration text that stands on a route, if one does. */
export function routeConfiguration(route: CaseRoute): string | undefined {
  return route.metadataText ?? (route.metadata === undefined ? undefined : JSON.stringify(route.metadata));
}
