import { ByteBuffer } from "../bytes/buffer";
import {
  byteAt,
  indexOfByte,
  lastIndexOfByte,
  Slice,
  sliceOfBuffer,
  sliceSize,
  slicesEqual,
  sliceToString,
  subslice,
} from "../bytes/slice";

const lower = new ByteBuffer();

const COLON = 0x3a;
const DOT: u32 = 0x2e;
const BRACKET = 0x5d;
const BAR = 0x7c;

/** A list of texts of the configuration, as UTF-8. */
export class TextList {
  protected readonly texts: ArrayBuffer[] = [];

  /** Appends a text. */
  add(text: string): void {
    this.texts.push(String.UTF8.encode(text));
  }

  /** The number of texts. */
  get length(): i32 {
    return this.texts.length;
  }

  /** Whether the value is one of the texts. */
  hasEqual(value: Slice): bool {
    for (let i = 0; i < this.texts.length; i++) if (slicesEqual(value, sliceOfBuffer(this.texts[i]))) return true;
    return false;
  }

  /** Whether the value begins with one of the texts. */
  hasPrefixOf(value: Slice): bool {
    for (let i = 0; i < this.texts.length; i++) if (begins(value, sliceOfBuffer(this.texts[i]))) return true;
    return false;
  }
}

/**
 * The host of an `:authority` as `DomainList` compares it: without its port, without a dot at its end (which is the
 * same host), and in lower case. Valid until the next call.
 */
export function hostOf(authority: Slice): Slice {
  lower.clear();
  return lower.appendInLowerCase(withoutLastDot(withoutPort(authority))).slice;
}

/**
 * Domains: `*.example.com` (any suffix), `example.*` (any prefix), or exact. They are case-insensitive, as Envoy's virtual
 * hosts are (RFC 9110, section 4.2.3): otherwise a client could evade a rule by the case of its host.
 */
export class DomainList {
  private readonly suffixes: ArrayBuffer[] = [];
  private readonly prefixes: TextList = new TextList();
  private readonly exact: TextList = new TextList();

  /** Appends a pattern; a `*` in front takes precedence over one at the end. */
  add(domain: string): void {
    lower.clear();
    const bytes = String.UTF8.encode(domain);
    const pattern = sliceToString(lower.appendInLowerCase(withoutLastDot(sliceOfBuffer(bytes))).slice);
    if (pattern.startsWith("*")) this.suffixes.push(String.UTF8.encode(pattern.substring(1)));
    else if (pattern.endsWith("*")) this.prefixes.add(pattern.substring(0, pattern.length - 1));
    else this.exact.add(pattern);
  }

  /** The number of patterns. */
  get length(): i32 {
    return this.suffixes.length + this.prefixes.length + this.exact.length;
  }

  /** Whether a pattern covers a host that `hostOf` returned. */
  matches(host: Slice): bool {
    for (let i = 0; i < this.suffixes.length; i++) if (ends(host, sliceOfBuffer(this.suffixes[i]))) return true;
    return this.exact.hasEqual(host) || this.prefixes.hasPrefixOf(host);
  }
}

/**
 * Services: `FQDN` or `FQDN:PORT` against `outbound|PORT|SUBSET|FQDN`, as Istio and Higress name clusters; or the whole
 * name of a cluster, which any other Envoy has.
 */
export class ServiceList {
  private readonly names: TextList = new TextList();
  private readonly qualified: ArrayBuffer[] = [];

  /** Appends a service. */
  add(service: string): void {
    this.names.add(service);
    this.qualified.push(String.UTF8.encode(service));
  }

  /** The number of services. */
  get length(): i32 {
    return this.names.length;
  }

  /** Whether the cluster is one of the services. */
  matches(cluster: Slice): bool {
    const first = indexOfByte(cluster, BAR);
    const second = first < 0 ? -1 : indexOfByte(cluster, BAR, first + 1);
    const third = second < 0 ? -1 : indexOfByte(cluster, BAR, second + 1);
    if (third < 0 || indexOfByte(cluster, BAR, third + 1) >= 0) return this.names.hasEqual(cluster);
    const port = subslice(cluster, first + 1, second);
    const name = subslice(cluster, third + 1);
    if (this.names.hasEqual(name)) return true;
    for (let i = 0; i < this.qualified.length; i++) {
      const service = sliceOfBuffer(this.qualified[i]);
      const colon = lastIndexOfByte(service, COLON);
      if (colon < 0 || !slicesEqual(name, subslice(service, 0, colon))) continue;
      if (slicesEqual(port, subslice(service, colon + 1))) return true;
    }
    return this.names.hasEqual(cluster);
  }
}

function withoutLastDot(host: Slice): Slice {
  let size = sliceSize(host);
  while (size > 1 && byteAt(host, size - 1) == DOT) size--;
  return subslice(host, 0, size);
}

/** An authority without its port. */
export function withoutPort(authority: Slice): Slice {
  const colon = lastIndexOfByte(authority, COLON);
  if (colon < 0) return authority;
  return indexOfByte(authority, BRACKET, colon) < 0 ? subslice(authority, 0, colon) : authority;
}

function begins(value: Slice, prefix: Slice): bool {
  const size = sliceSize(prefix);
  return sliceSize(value) >= size && slicesEqual(subslice(value, 0, size), prefix);
}

function ends(value: Slice, suffix: Slice): bool {
  const size = sliceSize(suffix);
  return sliceSize(value) >= size && slicesEqual(subslice(value, sliceSize(value) - size), suffix);
}
