import { ABSENT, Slice, sliceSize, trimmed } from "../../../assembly/bytes/slice";
import { Callout, CalloutResponse } from "../../../assembly/host/callout";
import { jsonValidate } from "../../../assembly/json/validate";
import { ServiceCall } from "../../../assembly/service/call";
import { VectorRecord, VectorStore } from "../vector/vector-store";
import { noteFailure, vectorsStored } from "./notes";
import { SemanticSettings } from "./settings";

/** The most calls of a worker at once; a vector more is not stored. */
const MOST_PENDING: i32 = 64;
const MOST_REPLY_BYTES: i32 = 1 << 20;

const call = new ServiceCall();
const record = new VectorRecord();
let pending: i32 = 0;

/** The call that stores a vector. It belongs to the root context: the client has left when the store replies. */
class Upsert extends Callout {
  constructor(private readonly store: VectorStore) {
    super();
  }

  override drop(): void {
    pending--;
    super.drop();
  }

  onResponse(response: CalloutResponse): void {
    const store = this.store;
    const status = response.hasArrived ? response.headers.status : 0;
    if (status < 200 || status > 299) {
      if (status == 404) store.forgetAddress();
      return store.fail(status, status ? `status ${status}` : "no response");
    }
    const isShort = response.body.size <= MOST_REPLY_BYTES;
    const body = isShort ? response.body.bytes() : ABSENT;
    const root = isShort && !jsonValidate(body) ? trimmed(body) : ABSENT;
    if (!store.isStored(root)) return store.fail(status, "the vector was not stored");
    store.succeed();
    vectorsStored.add();
  }
}

/** Stores a vector, with the entry or its key. The slices are copied. */
export function storeVector(
  settings: SemanticSettings,
  partition: Slice,
  key: Slice,
  vector: Slice,
  entry: Slice,
): void {
  const store = settings.store;
  const keepsEntry = store.keepsEntries;
  if (store.isResting || store.needsAddress || (keepsEntry && sliceSize(entry) > store.maxEntryBytes)) return;
  if (pending >= MOST_PENDING) return noteFailure(store.type, "too many vectors at once", false);
  record.partition = partition;
  record.key = key;
  record.vector = vector;
  record.entry = keepsEntry ? entry : ABSENT;
  store.writeUpsert(record, call);
  if (call.send(store.service, store.timeoutMilliseconds, new Upsert(store))) pending++;
  else store.fail(0, "the call could not be sent");
}
