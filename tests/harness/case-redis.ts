// SPDX-License-Identifier: Apache-2.0
import type { Case } from "./case.ts";
import { routeConfiguration } from "./case.ts";

/** The cluster that leads to Redis in cases. */
export const REDIS_CLUSTER = "redis";
/** The same in Higress, whose clusters have the service and its port in their names. */
export const HIGRESS_CLUSTERS = ["outbound|80||redis.static", "outbound|6379||redis.static"];
/** The cluster behind which there is no Redis. */
export const DOWN_CLUSTER = "redis-down";

/** Whether a configuration of the case has a section `redis`. */
export function usesRedis(testCase: Case): boolean {
  const texts = [testCase.configuration, ...testCase.routes.map(routeConfiguration)];
  return texts.some((text) => text?.includes('"redis"'));
}
