import { ConfigReader } from "../../../assembly/config/reader";
import { RedisClient } from "../../../assembly/redis/client";
import { readRedisService } from "../../../assembly/redis/service-section";
import { MemoryStore } from "./memory-store";
import { RedisStore } from "./redis-store";
import { HistoryStore } from "./store";

/** Seconds. */
const LONGEST_LIFETIME: i64 = 10 * 365 * 86400;
const PLACES: i64 = 512;
const MOST_PLACES: i64 = 65_536;

/** Reads where histories are stored: in Redis with the section `redis`, otherwise in the memory of this Envoy. */
export function readStore(reader: ConfigReader, prefix: string): HistoryStore {
  const redis = reader.object("redis");
  const memory = reader.object("memory");
  const lifetime = <i32>reader.integerOrText("cacheTTL", 0, 0, LONGEST_LIFETIME);
  if (redis && memory) reader.fail("memory", "is another store than redis: leave one of them out");
  if (redis) return new RedisStore(RedisClient.of(readRedisService(redis)), String.UTF8.encode(prefix), lifetime);
  const places = memory ? memory.integer("places", PLACES, 1, MOST_PLACES) : PLACES;
  return new MemoryStore(<i32>places, lifetime);
}
