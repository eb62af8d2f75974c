import { ConfigReader } from "../../../assembly/config/reader";
import { RedisClient } from "../../../assembly/redis/client";
import { readRedisService } from "../../../assembly/redis/service-section";
import { MemoryStore } from "./memory-store";
import { RedisStore } from "./redis-store";
import { Store } from "./store";

const TYPES: string[] = ["redis", "memory"];
const MEMORY: i32 = 1;
const PREFIX = "higress-ai-cache:";
/** Seconds. */
const LIFETIME: i64 = 3600;
const LONGEST_LIFETIME: i64 = 10 * 365 * 86400;
const PLACES: i64 = 512;
const MOST_PLACES: i64 = 65_536;

/** Reads where responses are stored: the section `cache`, or Higress's older `redis`; without one in the memory of this Envoy. */
export function readStore(reader: ConfigReader): Store {
  const old = reader.object("redis");
  const section = reader.object("cache");
  if (old && section) reader.fail("redis", "is the old name of cache: leave it out");
  if (section) return readSection(section, section, section.has("type") ? typeOf(section) : MEMORY);
  if (old) return readSection(old, reader, 0);
  return new MemoryStore(<i32>LIFETIME, <i32>PLACES);
}

function typeOf(section: ConfigReader): i32 {
  return section.choice("type", TYPES, MEMORY);
}

/** `top` has the lifetime: the old section stands beside it. */
function readSection(section: ConfigReader, top: ConfigReader, type: i32): Store {
  const lifetime = <i32>top.integerOrText("cacheTTL", LIFETIME, 0, LONGEST_LIFETIME);
  if (type == MEMORY) {
    if (!section.has("type")) section.fail("type", "is required: redis or memory");
    return new MemoryStore(lifetime, <i32>section.integer("places", PLACES, 1, MOST_PLACES));
  }
  const prefix = section.text("cacheKeyPrefix", PREFIX);
  return new RedisStore(lifetime, RedisClient.of(readRedisService(section)), prefix);
}
