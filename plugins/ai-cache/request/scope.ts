import { CONSUMER_STATE, CREDENTIAL_HEADERS, CREDENTIAL_PARAMETERS } from "../../../assembly/ai/contract";
import { addNames } from "../../../assembly/ai/name-list";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { QueryParameters, queryOf } from "../../../assembly/bytes/query";
import {
  Slice,
  sliceEqualsIgnoringCase,
  sliceOfBuffer,
  slicesEqual,
  sliceSize,
  trimmed,
} from "../../../assembly/bytes/slice";
import { TextTable } from "../../../assembly/bytes/text-table";
import { hmacSha256 } from "../../../assembly/crypto/hmac";
import { FilterState } from "../../../assembly/host/filter-state";
import { HeaderMap } from "../../../assembly/host/headers";
import { AiCacheConfig, Share } from "../config";

const consumer = new FilterState(CONSUMER_STATE);
const parts = new ByteBuffer();
const global = new ByteBuffer().text("global");
const route = new ByteBuffer().text("route");
const parameters = new QueryParameters();
const credentialHeaders = new TextTable();
addNames(CREDENTIAL_HEADERS.join(" "), credentialHeaders);
/** Those of them that name an account and prove nothing: who sends nothing else is nobody. */
const ACCOUNT_HEADERS = "openai-organization openai-project x-goog-user-project x-dashscope-workspace";
const accountHeaders = new TextTable();
addNames(ACCOUNT_HEADERS, accountHeaders);
/** The secret of scopes where the configuration has none: a credential is never in a key as it is. */
const PUBLIC = new ByteBuffer().text("ai-cache scope");
/** The scope that was hashed last: most requests have the one of the request before, unless each client has its own. */
let knownSecret: ArrayBuffer | null = null;
const knownParts = new ByteBuffer();
const knownScope = new ByteBuffer();

/**
 * Appends the 32 bytes of the scope whose requests share responses. Returns `false` if the request belongs to nobody: no filter has named
 * its consumer, and it has no credential.
 */
export function writeScope(config: AiCacheConfig, headers: HeaderMap, out: ByteBuffer): bool {
  const share = config.share;
  parts.clear();
  if (share == Share.Global) parts.append(global.slice);
  else if (share == Share.Route) parts.append(route.slice);
  else if (!writeOwner(headers, parts)) return false;
  if (config.secret !== knownSecret || !slicesEqual(parts.slice, knownParts.slice)) learnScope(config.secret);
  out.append(knownScope.slice);
  return true;
}

function learnScope(secret: ArrayBuffer): void {
  knownSecret = secret;
  knownParts.clear();
  knownParts.append(parts.slice);
  knownScope.clear();
  hmacSha256(secret.byteLength ? sliceOfBuffer(secret) : PUBLIC.slice, parts.slice, knownScope);
}

/** Appends a part with its size in front: no value of a client looks like another part. */
export function addPart(value: Slice, out: ByteBuffer): void {
  out.u32(sliceSize(value)).append(value);
}

function writeOwner(headers: HeaderMap, out: ByteBuffer): bool {
  const name = consumer.get();
  if (sliceSize(name)) {
    addPart(name, out.text("consumer"));
    return true;
  }
  let isProven = false;
  out.text("credential");
  for (let i = 0; i < headers.count; i++) {
    const header = headers.nameAt(i);
    const value = headers.valueAt(i);
    if (credentialHeaders.find(header) < 0 || !addPair(header, value, out)) continue;
    isProven = isProven || (accountHeaders.find(header) < 0 && !isEmptyKey(value));
  }
  parameters.begin(queryOf(headers.get(":path")));
  while (parameters.next())
    if (isCredentialParameter(parameters.name) && addPair(parameters.name, parameters.value, out)) isProven = true;
  return isProven;
}

/** Appends a credential. Returns whether it has a value. */
function addPair(name: Slice, value: Slice, out: ByteBuffer): bool {
  if (!sliceSize(value)) return false;
  addPart(name, out);
  addPart(value, out);
  return true;
}

/** Whether a client has filled in no key: it is anybody. */
function isEmptyKey(value: Slice): bool {
  return sliceEqualsIgnoringCase(trimmed(value), "bearer");
}

function isCredentialParameter(name: Slice): bool {
  for (let i = 0; i < CREDENTIAL_PARAMETERS.length; i++)
    if (sliceEqualsIgnoringCase(name, CREDENTIAL_PARAMETERS[i])) return true;
  return false;
}
