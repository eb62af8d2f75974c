import { ABSENT, Slice } from "../bytes/slice";
import { domainFault } from "./domain";
import { DomainList, ServiceList, TextList } from "./matchers";
import { edgeFault } from "./printable";
import { ConfigReader } from "./reader";

const ROUTE = "_match_route_";
const ROUTE_PREFIX = "_match_route_prefix_";
const DOMAIN = "_match_domain_";
const SERVICE = "_match_service_";

/** The keys that select the requests of a rule. */
export const MATCH_KEYS: string[] = [ROUTE, ROUTE_PREFIX, DOMAIN, SERVICE];

/** The route, host and cluster of a request. */
export class RouteTarget {
  /** The name of the route. */
  route: Slice = ABSENT;
  /** The host, as `hostOf` returns it. */
  host: Slice = ABSENT;
  /** The name of the cluster. */
  cluster: Slice = ABSENT;
}

/** The kind of key that a rule selects by, in the order of Higress's Go plugins; its other keys have no effect. */
const enum Category {
  None,
  RouteAndService,
  Route,
  Domain,
  Service,
  RoutePrefix,
}

/** The `_match_…_` keys of one rule. */
export class RuleMatch {
  private readonly category: Category;
  private readonly routes: TextList = new TextList();
  private readonly prefixes: TextList = new TextList();
  private readonly domains: DomainList = new DomainList();
  private readonly services: ServiceList = new ServiceList();

  constructor(reader: ConfigReader) {
    const routes = readList(reader, ROUTE);
    const prefixes = readList(reader, ROUTE_PREFIX);
    const domains = readList(reader, DOMAIN);
    const services = readList(reader, SERVICE);
    for (let i = 0; i < routes.length; i++) this.routes.add(routes[i]);
    for (let i = 0; i < prefixes.length; i++) this.prefixes.add(prefixes[i]);
    for (let i = 0; i < domains.length; i++) this.domains.add(domains[i]);
    for (let i = 0; i < services.length; i++) this.services.add(services[i]);
    this.category = this.categorize();
    if (this.category == Category.None) {
      reader.refuse(`must say what it applies to with one of ${MATCH_KEYS.join(", ")}`);
    }
    this.warnAboutOthers(reader);
  }

  /** Whether the rule needs the name of the route. */
  get needsRoute(): bool {
    return this.routes.length > 0 || this.category == Category.RoutePrefix;
  }

  /** Whether the rule needs the host. */
  get needsHost(): bool {
    return this.category == Category.Domain;
  }

  /** Whether the rule needs the name of the cluster. */
  get needsCluster(): bool {
    return this.category == Category.Service || this.category == Category.RouteAndService;
  }

  /** Whether the rule applies to the request. */
  matches(target: RouteTarget): bool {
    switch (this.category) {
      case Category.RouteAndService:
        return this.routes.hasEqual(target.route) && this.services.matches(target.cluster);
      case Category.Route:
        return this.routes.hasEqual(target.route);
      case Category.Domain:
        return this.domains.matches(target.host);
      case Category.Service:
        return this.services.matches(target.cluster);
      case Category.RoutePrefix:
        return this.prefixes.hasPrefixOf(target.route);
      default:
        return false;
    }
  }

  /** A rule selects by one kind of key. */
  private warnAboutOthers(reader: ConfigReader): void {
    const first = this.routes.length ? ROUTE : this.domains.length ? DOMAIN : SERVICE;
    if (this.prefixes.length && this.category != Category.RoutePrefix) reader.warn(ROUTE_PREFIX, ignored(first));
    if (this.domains.length && first == ROUTE) reader.warn(DOMAIN, ignored(first));
    if (this.services.length && first == DOMAIN) reader.warn(SERVICE, ignored(first));
  }

  private categorize(): Category {
    if (this.routes.length) return this.services.length ? Category.RouteAndService : Category.Route;
    if (this.domains.length) return Category.Domain;
    if (this.services.length) return Category.Service;
    return this.prefixes.length ? Category.RoutePrefix : Category.None;
  }
}

/** The rules of one configuration in their order, and the global part. */
export class RuleSet<C> {
  private readonly matches: RuleMatch[] = [];
  /** The configurations of the rules, in their order. */
  readonly configs: (C | null)[] = [];
  /** Whether any rule needs the name of the route. */
  needsRoute: bool = false;
  /** Whether any rule needs the host. */
  needsHost: bool = false;
  /** Whether any rule needs the name of the cluster. */
  needsCluster: bool = false;
  /** The global part; `null` if there is none. */
  global: C | null = null;

  /** Appends a rule; `null` turns the plugin off. */
  add(match: RuleMatch, config: C | null): void {
    this.matches.push(match);
    this.configs.push(config);
    if (match.needsRoute) this.needsRoute = true;
    if (match.needsHost) this.needsHost = true;
    if (match.needsCluster) this.needsCluster = true;
  }

  /** Whether there is any rule. */
  get hasRules(): bool {
    return this.matches.length > 0;
  }

  /** The configuration of the first rule that applies, else the global one; `null` if there is neither. */
  select(target: RouteTarget): C | null {
    for (let i = 0; i < this.matches.length; i++) if (this.matches[i].matches(target)) return this.configs[i];
    return this.global;
  }
}

/** The texts of a match key; a text that cannot match and an empty list are errors. */
function readList(reader: ConfigReader, key: string): string[] {
  const texts = reader.texts(key);
  reader.refuseEmptyList(key);
  for (let i = 0; i < texts.length; i++) {
    let fault = edgeFault(texts[i]);
    if (!fault.length && key == DOMAIN) fault = domainFault(texts[i]);
    if (!fault.length && key == SERVICE && texts[i].includes("://"))
      fault = "must be the name of a service, not its URL";
    if (fault.length && texts[i].trim().length) reader.fail(`${key}[${i}]`, fault);
  }
  return texts;
}

function ignored(first: string): string {
  return `has no effect beside ${first}`;
}
