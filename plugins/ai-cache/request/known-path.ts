import { Api } from "../../../assembly/ai/api";
import { RequestPath } from "../../../assembly/ai/request-path";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { queryOf, withoutQuery } from "../../../assembly/bytes/query";
import { ABSENT, Slice, sliceSize, slicesEqual, sliceStart, subslice } from "../../../assembly/bytes/slice";

/** A longer path is not kept for the next request. */
const KEPT_BYTES: i32 = 4096;

const text = new ByteBuffer();
const path = new RequestPath();

/** What the path of a request says: it is read again only if it is not that of the request before, as it is for most. */
// @ts-ignore: decorator
@unmanaged
export class KnownPath {
  /** The API; `Unknown` where the path names none. */
  api: Api = Api.Unknown;
  /** What stands before the name of the API, such as Azure's deployment. Valid until the next path is read. */
  prefix: Slice = ABSENT;
  /** The query, without the `?`; `ABSENT` if there is none. Valid as long. */
  query: Slice = ABSENT;

  /** Reads `:path`, which may be ABSENT. */
  read(whole: Slice): void {
    if (sliceSize(whole) && slicesEqual(whole, text.slice)) return;
    text.release(KEPT_BYTES);
    text.append(whole);
    const plain = withoutQuery(text.slice);
    path.read(plain);
    this.api = path.api;
    this.prefix = subslice(plain, 0, <i32>(sliceStart(path.tail) - sliceStart(plain)));
    this.query = queryOf(text.slice);
  }
}
