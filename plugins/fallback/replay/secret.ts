import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { random } from "../../../assembly/host/clock";
import { SharedValue, Written } from "../../../assembly/host/shared-data";

const KEY = "fallback.replay.secret";
const SIZE = 32;
const MOST_TRIES = 8;

const stored = new SharedValue();
const key = new ByteBuffer();
const secret = new ByteBuffer();

/** Whether this worker was the first one of the Envoy to need the secret. */
export class SecretUse {
  isFirst: bool = false;
}

/**
 * The secret with which all workers of this Envoy mark the requests that they send again: random bytes in shared data. `ABSENT` if
 * there is none, and `use` is `null`, or the host stores nothing.
 */
export function replaySecret(use: SecretUse | null): Slice {
  if (secret.size) return secret.slice;
  key.clear();
  key.text(KEY);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const value = stored.read(key.slice);
    if (sliceSize(value) == SIZE) return secret.append(value).slice;
    if (use === null) return ABSENT;
    secret.clear();
    for (let i = 0; i < SIZE; i += 8) secret.u64(random());
    const written = stored.replace(key.slice, secret.slice);
    if (written == Written.Yes) {
      use.isFirst = true;
      return secret.slice;
    }
    secret.clear();
    if (written == Written.No) break;
  }
  return ABSENT;
}
