import { CONSUMER_STATE, CREDENTIAL_HEADERS, CREDENTIAL_PARAMETERS } from "../../../assembly/ai/contract";
import { addNames } from "../../../assembly/ai/name-list";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { QueryParameters, queryOf } from "../../../assembly/bytes/query";
import { Slice, sliceEqualsIgnoringCase, sliceSize } from "../../../assembly/bytes/slice";
import { TextTable } from "../../../assembly/bytes/text-table";
import { hmacSha256 } from "../../../assembly/crypto/hmac";
import { FilterState } from "../../../assembly/host/filter-state";
import { HeaderMap } from "../../../assembly/host/headers";
import { Share } from "../config";

const consumer = new FilterState(CONSUMER_STATE);
const parts = new ByteBuffer();
const parameters = new QueryParameters();
const credentialHeaders = new TextTable();
addNames(CREDENTIAL_HEADERS.join(" "), credentialHeaders);
/** The secret of scopes where the configuration has none: a credential is never in a key as it is. */
const PUBLIC = new ByteBuffer().text("ai-cache scope");

/**
 * Appends the 32 bytes of the scope whose requests share responses. Returns `false` if the request belongs to nobody: no filter has named
 * its consumer, and it has no credential.
 */
export function writeScope(share: Share, headers: HeaderMap, secret: Slice, out: ByteBuffer): bool {
  parts.clear();
  if (share == Share.Global) parts.text("global");
  else if (share == Share.Route) parts.text("route");
  else if (!writeOwner(headers, parts)) return false;
  hmacSha256(sliceSize(secret) ? secret : PUBLIC.slice, parts.slice, out);
  return true;
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
  const from = out.text("credential").size;
  for (let i = 0; i < headers.count; i++) {
    const header = headers.nameAt(i);
    if (credentialHeaders.find(header) >= 0) addPair(header, headers.valueAt(i), out);
  }
  parameters.begin(queryOf(headers.get(":path")));
  while (parameters.next()) if (isCredentialParameter(parameters.name)) addPair(parameters.name, parameters.value, out);
  return out.size > from;
}

function addPair(name: Slice, value: Slice, out: ByteBuffer): void {
  if (!sliceSize(value)) return;
  addPart(name, out);
  addPart(value, out);
}

function isCredentialParameter(name: Slice): bool {
  for (let i = 0; i < CREDENTIAL_PARAMETERS.length; i++)
    if (sliceEqualsIgnoringCase(name, CREDENTIAL_PARAMETERS[i])) return true;
  return false;
}
