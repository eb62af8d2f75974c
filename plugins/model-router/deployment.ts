import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { decodePercent } from "../../assembly/bytes/percent";
import { withoutQuery } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceIncludes } from "../../assembly/bytes/slice";

const requestPath = new RequestPath();

/**
 * The model that an Azure client names in its path, decoded into `scratch`; `ABSENT` if it names none. It counts before the
 * one in the body, as it does for ai-proxy and for Azure.
 */
export function deploymentOf(path: Slice, scratch: ByteBuffer): Slice {
  if (!sliceIncludes(path, "/deployments/")) return ABSENT;
  requestPath.read(withoutQuery(path));
  if (requestPath.deployment == ABSENT) return ABSENT;
  scratch.clear();
  return decodePercent(requestPath.deployment, scratch);
}
