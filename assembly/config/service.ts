import { isHost } from "./host";
import { isVisible } from "./printable";
import { ConfigReader } from "./reader";

const MOST_PORT: i64 = 65_535;

/** The names of the options of a service: some sections give them a prefix. */
export class ServiceKeys {
  constructor(
    readonly cluster: string,
    readonly name: string,
    readonly port: string,
  ) {}
}

const KEYS = new ServiceKeys("cluster", "serviceName", "servicePort");
const HOST = "serviceHost";

/** An HTTP service that a plugin calls. */
export class HttpService {
  constructor(
    /** The cluster of Envoy. */
    readonly cluster: string,
    /** The `:authority` of the calls. */
    readonly authority: string,
  ) {}

  /** Reads the cluster, and `serviceHost`, which is required if there is no public `host` to fall back to. */
  static read(host: string, reader: ConfigReader): HttpService {
    return new HttpService(readCluster(KEYS, reader), readHost(host, reader));
  }

  /** Reads the cluster, and `serviceHost`, without which the host is the public one, or the name of the service or cluster. */
  static readNamed(host: string, reader: ConfigReader): HttpService {
    const cluster = readCluster(KEYS, reader);
    const usual = host.length ? host : cluster.substring(cluster.lastIndexOf("|") + 1);
    // A cluster that is missing is one error, not two.
    const isKnown = usual.length > 0 || reader.has(HOST);
    return new HttpService(cluster, isKnown ? readHost(usual, reader) : "");
  }
}

/**
 * Reads the name of a cluster, or the service and the port by which Higress names one. Services with addresses (`.static`) have port 80 there, those with a
 * name (`.dns`) 443; others need a port.
 */
export function readCluster(keys: ServiceKeys, reader: ConfigReader): string {
  const isNamed = reader.has(keys.cluster);
  const name = isNamed ? reader.textOrNumber(keys.name) : reader.requiredTextOrNumber(keys.name);
  const usual = name.endsWith(".static") ? 80 : name.endsWith(".dns") ? 443 : 0;
  const port = reader.integerOrText(keys.port, usual, isNamed ? 0 : 1, MOST_PORT);
  if (!isNamed && !port && !reader.has(keys.port)) reader.fail(keys.port, `is required with ${keys.name}`);
  const service = name.length ? `outbound|${port}||${name}` : "";
  const cluster = isNamed ? reader.requiredText(keys.cluster) : service;
  if (!isVisible(cluster)) reader.fail(isNamed ? keys.cluster : keys.name, "must be printable ASCII without blanks");
  return cluster;
}

function readHost(usual: string, reader: ConfigReader): string {
  const isGiven = reader.has(HOST);
  const host = isGiven || !usual.length ? reader.requiredText(HOST) : usual;
  if (host.length && !isHost(host))
    reader.fail(HOST, `${isGiven ? "must be" : "is required here:"} a host, as a.example or a.example:8080`);
  return host;
}
