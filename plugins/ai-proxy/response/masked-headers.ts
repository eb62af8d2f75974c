import { maskSecrets } from "../../../assembly/bytes/secret-mask";
import { SecretSet } from "../../../assembly/bytes/secret-set";
import { byteAt, sliceSize, slicesEqual } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";

const COLON: u32 = 0x3a;

/** Masks the secrets in the values of headers or trailers; those that hold none stay as they are. */
export function maskHeaders(secrets: SecretSet, headers: HeaderMap): void {
  if (!headers.load()) return;
  for (let i = 0; i < headers.count; i++) {
    if (maskSecrets(secrets, headers.valueAt(i))) replaceValues(secrets, headers, i);
  }
}

/** Writes all values of a name anew, of which that at `first` was masked: the host replaces all of them by one. */
function replaceValues(secrets: SecretSet, headers: HeaderMap, first: i32): void {
  const name = headers.nameAt(first);
  if (sliceSize(name) == 0 || byteAt(name, 0) == COLON) return;
  let isFirst = true;
  for (let i = 0; i < headers.count; i++) {
    if (!slicesEqual(headers.nameAt(i), name)) continue;
    const value = headers.valueAt(i);
    maskSecrets(secrets, value);
    if (isFirst) headers.setNamed(name, value);
    else headers.addNamed(name, value);
    isFirst = false;
  }
}
