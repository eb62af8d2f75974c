import { routeFor, type EnvoyConfig } from "../harness/bootstrap.ts";

/** Routes that have a configuration of a plugin each. */
export interface Routes {
  count: number;
  /** The plugin, in whose metadata each configuration is. */
  plugin: string;
  configuration: (index: number) => unknown;
}

const hostOf = (index: number): string => `route-${index}.example`;

/** A virtual host for each route: Envoy finds a host by its hash, but searches the routes of one host one by one. */
export function virtualHosts(cluster: string, { count, plugin, configuration }: Routes): EnvoyConfig[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `route-${index}`;
    const metadata = { [plugin]: { config: JSON.stringify(configuration(index)) } };
    return { name, domains: [hostOf(index)], routes: [routeFor({ name, cluster, metadata })] };
  });
}

/** The request once for each route, with the route's host. */
export function requestsTo({ count }: Routes, request: Buffer): Buffer[] {
  const text = request.toString("latin1");
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(text.replace("host: gateway", `host: ${hostOf(index)}`), "latin1"),
  );
}
