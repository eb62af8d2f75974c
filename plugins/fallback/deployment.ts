import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { percentEncode } from "../../assembly/bytes/percent-encode";
import { withoutQuery } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceBetween, sliceEnd, sliceStart } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";

const requestPath = new RequestPath();
const path = new ByteBuffer();

/** Puts the target's model into the path of an Azure client, where it takes precedence over the one in the body. */
export function renameDeployment(headers: HeaderMap, model: Slice): void {
  const old = headers.get(":path");
  requestPath.read(withoutQuery(old));
  const name = requestPath.deployment;
  if (name == ABSENT) return;
  path.clear();
  path.append(sliceBetween(sliceStart(old), sliceStart(name)));
  percentEncode(model, path);
  headers.set(":path", path.append(sliceBetween(sliceEnd(name), sliceEnd(old))).slice);
}
