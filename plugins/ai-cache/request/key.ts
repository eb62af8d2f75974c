import { Api } from "../../../assembly/ai/api";
import { addNames } from "../../../assembly/ai/name-list";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { encodeHex } from "../../../assembly/bytes/hex";
import { byteAt, Slice, sliceEquals, sliceOfBuffer, sliceSize, slicesEqual } from "../../../assembly/bytes/slice";
import { TextTable } from "../../../assembly/bytes/text-table";
import { withoutPort } from "../../../assembly/config/matchers";
import { HmacSha256 } from "../../../assembly/crypto/hmac";
import { sha256, Sha256 } from "../../../assembly/crypto/sha256";
import { HeaderMap } from "../../../assembly/host/headers";
import { clusterName, property, routeName } from "../../../assembly/host/property";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { AiCacheConfig, Share } from "../config";
import { CachedRequest, writeRequest } from "./cached-request";
import { KnownPath } from "./known-path";
import { findKnown, remember } from "./known-requests";
import { addPart, writeScope } from "./scope";

/** Changes with what a key is made of. */
const format = new ByteBuffer().text("ai-cache 2");
const PROVIDER_CONFIG = String.UTF8.encode("xds\0route_metadata\0filter_metadata\0ai-proxy\0config");
/**
 * Request headers that say how a provider responds. https://platform.claude.com/docs/en/api/beta-headers ·
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html ·
 * https://learn.microsoft.com/azure/machine-learning/how-to-safely-rollout-online-endpoints
 */
const OPTION_HEADERS =
  "anthropic-beta anthropic-version openai-beta x-amzn-bedrock-guardrailidentifier x-amzn-bedrock-guardrailversion azureml-model-deployment extra-parameters";
/** The version that clients of Messages name, and clients of chats do not. https://platform.claude.com/docs/en/api/versioning */
const USUAL_VERSION = "2023-06-01";
/** A longer question is a key by its hash alone. */
const LONGEST_QUESTION: i32 = 4096;
const KEPT_BYTES: i32 = 64 << 10;

/** Stands in the keys of Responses, whose requests have other members than chats. */
const responses = new ByteBuffer().text("responses");
const sha = new Sha256();
const hmac = new HmacSha256();
const digest = new ByteBuffer();
const canonical = new ByteBuffer();
const optionHeaders = new TextTable();
addNames(OPTION_HEADERS, optionHeaders);
/** A bit for the size and the first letter of each of those names: most headers have another one. */
let optionBits: u64 = 0;
for (let i = 0; i < optionHeaders.count; i++) optionBits |= bitOf(optionHeaders.at(i));
/** The configuration of ai-proxy that was hashed last, and its hash: most routes have the one of the request before. */
const knownConfig = new ByteBuffer();
const knownHash = new ByteBuffer();

/**
 * Appends all of a key but the body of the request: the version, the scope, the route, its cluster and its configuration of ai-proxy, and what the
 * path and the headers say about the model. Returns `false` if the request belongs to nobody.
 */
export function writePlace(config: AiCacheConfig, path: KnownPath, headers: HeaderMap, out: ByteBuffer): bool {
  out.append(format.slice);
  addPart(sliceOfBuffer(config.version), out);
  if (!writeScope(config, headers, out)) return false;
  if (config.share != Share.Global) {
    const route = routeName();
    const authority = headers.get(":authority");
    addPart(route, out);
    // Rules of ai-proxy may choose the provider by the domain. Routes without names may differ in nothing but their domains, with a port maybe.
    addPart(sliceSize(route) ? withoutPort(authority) : authority, out);
  }
  addPart(clusterName(), out);
  writeConfigHash(property(sliceOfBuffer(PROVIDER_CONFIG)), out);
  addPart(path.prefix, out);
  addPart(path.query, out);
  writeOptions(headers, out);
  if (path.api == Api.Responses) addPart(responses.slice, out);
  return true;
}

/**
 * Reads a request and writes its key as hexadecimal digits. Returns `false` if it is not cached. `document` is not read if the request came before.
 */
export function readKey(
  config: AiCacheConfig,
  api: Api,
  place: Slice,
  body: Slice,
  document: JsonDocument,
  request: CachedRequest,
  key: ByteBuffer,
  question: ByteBuffer,
): bool {
  key.clear();
  if (findKnown(config, api, place, body, request, key)) return true;
  if (document.parse(body) != JsonError.None || !document.isObject || !request.read(document, api)) return false;
  if (!writeKey(config, place, document, api == Api.Messages, key, question)) return false;
  remember(config, api, place, body, request, key.slice);
  return true;
}

/**
 * Writes SHA-256 of the place and the canonical request, or HMAC-SHA256 where the configuration has a secret. With the key of the reference it is
 * made of the question alone, which is appended to `question` where the store uses it as it is. Returns `false` if the request has no question.
 */
function writeKey(
  config: AiCacheConfig,
  place: Slice,
  request: JsonDocument,
  isMessages: bool,
  key: ByteBuffer,
  question: ByteBuffer,
): bool {
  const secret = sliceOfBuffer(config.secret);
  const reference = config.question;
  canonical.clear();
  if (reference === null) {
    writeRequest(request, isMessages, canonical);
    writeHash(secret, place, canonical.slice, key);
  } else {
    reference.write(request, canonical);
    writeHash(secret, sliceOfBuffer(config.version), canonical.slice, key);
    if (canonical.size <= LONGEST_QUESTION && !sliceSize(secret)) question.append(canonical.slice);
  }
  const isFound = canonical.size > 0;
  canonical.release(KEPT_BYTES);
  return isFound;
}

/** Appends the hash of two texts, with a secret their HMAC, as hexadecimal digits. */
export function writeHash(secret: Slice, first: Slice, second: Slice, out: ByteBuffer): void {
  digest.clear();
  addPart(first, digest);
  if (sliceSize(secret)) {
    hmac.begin(secret).update(digest.slice).update(second);
    digest.clear();
    hmac.finish(secret, digest);
  } else {
    sha.begin().update(digest.slice).update(second);
    digest.clear();
    sha.finish(digest);
  }
  encodeHex(digest.slice, out);
  digest.release(KEPT_BYTES);
}

/** Appends all lines of the headers that say how a provider responds. */
function writeOptions(headers: HeaderMap, out: ByteBuffer): void {
  for (let i = 0; i < headers.count; i++) {
    const name = headers.nameAt(i);
    const value = headers.valueAt(i);
    if (!(optionBits & bitOf(name)) || optionHeaders.find(name) < 0 || sliceEquals(value, USUAL_VERSION)) continue;
    addPart(name, out);
    addPart(value, out);
  }
}

// @ts-ignore: decorator
@inline
function bitOf(name: Slice): u64 {
  return (<u64>1) << ((5 * sliceSize(name) + byteAt(name, 0)) & 63);
}

function writeConfigHash(config: Slice, out: ByteBuffer): void {
  if (!slicesEqual(config, knownConfig.slice) || !knownHash.size) {
    knownConfig.release(KEPT_BYTES);
    knownConfig.append(config);
    knownHash.clear();
    sha256(config, knownHash);
  }
  out.append(knownHash.slice);
}
