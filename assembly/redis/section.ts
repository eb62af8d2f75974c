import { ConfigReader } from "../config/reader";
import { clusterOf, MOST_PORT, RedisSettings } from "./settings";

/** The options without which commands would go elsewhere, or run without the password. */
const GUARDS: string[] = ["service_name", "service_port", "username", "password", "database", "cluster", "timeout"];

/** Reads the section `redis` of a configuration, which is required, with Higress's keys. */
export function readRedisSection(reader: ConfigReader): RedisSettings {
  const section = reader.object("redis");
  if (!section) {
    if (!reader.has("redis")) reader.fail("redis", "is required");
    return RedisSettings.none();
  }
  section.guards(GUARDS);
  // Higress finds the service by these two. In Envoy the endpoint of a cluster says it.
  const named = section.has("cluster");
  const service = named ? section.text("service_name") : section.requiredText("service_name");
  const port = section.integerOrText("service_port", 0, 0, MOST_PORT);
  const cluster = named ? section.requiredText("cluster") : clusterOf(service, <i32>port);
  return RedisSettings.read(section, cluster);
}
