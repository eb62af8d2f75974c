// SPDX-License-Identifier: Apache-2.0
import type { Attribute } from "./properties.ts";

/** `filter_metadata` by namespace. */
export type Metadata = Record<string, { [key: string]: Attribute }>;

/** A cluster of one endpoint, or an aggregate of other clusters in the order of their priority. */
export interface HostCluster {
  name: string;
  metadata?: Metadata;
  endpointMetadata?: Metadata;
  /** Nothing listens there: every connection is refused. */
  refuses?: boolean;
  /** The clusters of an aggregate. */
  members?: string[];
}

/** Where one attempt goes. */
export interface Target {
  /** The cluster whose endpoint was chosen: a member where the route leads to an aggregate. */
  cluster: string;
  /** Address and port of the endpoint. */
  address: string;
  refuses: boolean;
  endpointMetadata: Metadata;
}

const FIRST_PORT = 20000;

/**
 * The target of an attempt: of an aggregate the member number `priority`, and the first again behind the last. A cluster
 * that no list names has one endpoint that accepts connections.
 */
export function targetOf(clusters: HostCluster[], name: string, priority = 0): Target {
  const found = clusters.find((cluster) => cluster.name === name);
  if (found?.members?.length) return targetOf(clusters, found.members[priority % found.members.length]);
  return {
    cluster: name,
    address: `127.0.0.1:${FIRST_PORT + Math.max(0, found ? clusters.indexOf(found) : 0)}`,
    refuses: found?.refuses ?? false,
    endpointMetadata: found?.endpointMetadata ?? {},
  };
}
