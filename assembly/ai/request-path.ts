import { ByteBuffer } from "../bytes/buffer";
import { constant } from "../bytes/constant";
import {
  ABSENT,
  byteAt,
  indexOfByte,
  Slice,
  sliceEndsWith,
  sliceOf,
  sliceSize,
  slicesEqual,
  sliceStart,
  sliceStartsWith,
  subslice,
} from "../bytes/slice";
import { Api, hasDeployment } from "./api";
import { apiOfTail } from "./api-path";

const SLASH: u32 = 0x2f;
const BACKSLASH: u32 = 0x5c;
const PERCENT: u32 = 0x25;
const DOT: u32 = 0x2e;

const VERSION = "/v1";
const AZURE = "/openai";
const AZURE_VERSION = "/openai/v1";
const DEPLOYMENTS = "/deployments/";
/** DashScope's own protocol: what lies there and is none of the known APIs is not OpenAI's (`/api/v1/uploads`, `/api/v1/tasks`). */
const DASHSCOPE = "/api/v1";

/** The most memory that is kept from one path to the next. */
const KEPT_BYTES = 256;

/** The first segments of OpenAI's and Anthropic's APIs, and of those that others have added, each between slashes. */
const ROOTS = constant(
  "/chat/completions/embeddings/audio/realtime/images/batches/files/models/fine_tuning/responses" +
    "/videos/messages/complete/rerank/reranks/conversations/vector_stores/moderations/uploads" +
    "/assistants/threads/containers/evals/skills/chatkit/organization/",
);

/**
 * What the path of a request says. All plugins read it here, so that no path is one API for the guard and another for the
 * provider.
 *
 * A path names an API by its end: the last `/v1/` (Azure: `/openai/`, `/openai/deployments/X/`) in front of a known first
 * segment counts, whatever stands before it; a path that begins with `/v1/` names one in any case. A slash at the end
 * changes nothing. A path with empty segments or dot segments behind that names none.
 */
// @ts-ignore: decorator
@unmanaged
export class RequestPath {
  /** The API; `Unknown` where the path names none. */
  api: Api = Api.Unknown;
  /** What follows `/v1`: begins with a slash, and has none at its end. `ABSENT` where the path names no API. */
  tail: Slice = ABSENT;
  /** Azure's deployment, percent-encoded as it stands in the path; `ABSENT` where there is none. */
  deployment: Slice = ABSENT;
  /** Whether the path is Azure's with a dated `api-version`: `/openai/…` without `/v1`. */
  isDated: bool = false;
  /** The path that was read last, and where it lay. */
  private readonly last: ByteBuffer = new ByteBuffer();
  private start: usize = 0;

  /** Reads a path without its query. The slices are parts of it. Most requests of a gateway have the path of one before, whose tables stay cold. */
  read(path: Slice): void {
    const last = this.last;
    if (slicesEqual(path, last.slice)) {
      this.tail = this.moved(this.tail, path);
      this.deployment = this.moved(this.deployment, path);
    } else {
      last.release(KEPT_BYTES);
      last.append(path);
      this.readNew(path);
    }
    this.start = sliceStart(path);
  }

  /** The part of the path before at the same place of an equal one. */
  private moved(part: Slice, path: Slice): Slice {
    return part == ABSENT ? ABSENT : sliceOf(sliceStart(path) + (sliceStart(part) - this.start), sliceSize(part));
  }

  /** Reads a path in one walk. */
  private readNew(path: Slice): void {
    this.forget();
    let size = sliceSize(path);
    while (size > 0 && byteAt(path, size - 1) == SLASH) size--;
    const whole = subslice(path, 0, size);
    for (let at = size - 1; at > 0; at--) if (byteAt(whole, at) == SLASH && this.beginsAt(whole, at)) break;
    if (this.tail == ABSENT) this.beginsAtStart(whole);
    if (this.tail == ABSENT) return;
    this.api = isClean(this.tail) ? apiOfTail(this.tail) : Api.Unknown;
    if (this.api != Api.Unknown) return;
    if (!isClean(this.tail) || sliceStartsWith(whole, DASHSCOPE + "/")) this.forget();
    else this.api = Api.Other;
  }

  private forget(): void {
    this.api = Api.Unknown;
    this.tail = ABSENT;
    this.deployment = ABSENT;
    this.isDated = false;
  }

  /** Whether an API begins at the slash; then it is taken down. */
  private beginsAt(whole: Slice, at: i32): bool {
    const last = byteAt(whole, at - 1);
    // The last letters of `/v1` and `/openai`: any other segment is passed by at once.
    if (last != 0x31 && last != 0x69) return false;
    const before = subslice(whole, 0, at);
    const rest = subslice(whole, at);
    if (sliceEndsWith(before, VERSION)) {
      if (!isRoot(rest)) return false;
      this.tail = rest;
      return true;
    }
    if (!sliceEndsWith(before, AZURE)) return false;
    if (sliceStartsWith(rest, DEPLOYMENTS)) return this.beginsBehindDeployment(rest);
    if (!isRoot(rest)) return false;
    this.tail = rest;
    this.isDated = true;
    return true;
  }

  private beginsBehindDeployment(rest: Slice): bool {
    const end = indexOfByte(rest, SLASH, DEPLOYMENTS.length);
    if (end <= DEPLOYMENTS.length) return false;
    const tail = subslice(rest, end);
    if (!hasDeployment(apiOfTail(tail))) return false;
    this.tail = tail;
    this.deployment = subslice(rest, DEPLOYMENTS.length, end);
    this.isDated = true;
    return true;
  }

  /** An API that is not in the table is recognized by its usual path. */
  private beginsAtStart(whole: Slice): void {
    const isAzures = sliceStartsWith(whole, AZURE_VERSION + "/");
    if (!isAzures && !sliceStartsWith(whole, VERSION + "/")) return;
    const tail = subslice(whole, isAzures ? AZURE_VERSION.length : VERSION.length);
    if (isName(firstSegment(tail))) this.tail = tail;
  }
}

function firstSegment(tail: Slice): Slice {
  const end = indexOfByte(tail, SLASH, 1);
  return subslice(tail, 1, end < 0 ? i32.MAX_VALUE : end);
}

function isRoot(tail: Slice): bool {
  const segment = firstSegment(tail);
  let from = 1;
  for (let end = indexOfByte(ROOTS, SLASH, from); end > 0; end = indexOfByte(ROOTS, SLASH, from)) {
    if (slicesEqual(subslice(ROOTS, from, end), segment)) return true;
    from = end + 1;
  }
  return false;
}

/** Whether a segment is letters, digits, `-` and `_`: one with escapes may be more than one for some servers. */
function isName(segment: Slice): bool {
  for (let i = 0; i < sliceSize(segment); i++) {
    const byte = byteAt(segment, i);
    if ((byte | 0x20) - 0x61 >= 26 && byte - 0x30 >= 10 && byte != 0x2d && byte != 0x5f) return false;
  }
  return sliceSize(segment) > 0;
}

/** Whether no segment is empty, or `.` or `..` in any spelling: servers resolve those, to another API maybe. */
function isClean(tail: Slice): bool {
  const size = sliceSize(tail);
  for (let at = 0; at < size;) {
    let dots = 0;
    let others = 0;
    for (at++; at < size && byteAt(tail, at) != SLASH; at++) {
      const byte = byteAt(tail, at);
      if (byte == BACKSLASH) return false;
      if (byte == DOT) dots++;
      else if (byte == PERCENT && isEscapedDot(tail, at)) {
        dots++;
        at += 2;
      } else others++;
    }
    if (others == 0 && dots < 3) return false;
  }
  return size > 0;
}

function isEscapedDot(tail: Slice, at: i32): bool {
  return at + 2 < sliceSize(tail) && byteAt(tail, at + 1) == 0x32 && (byteAt(tail, at + 2) | 0x20) == 0x65;
}
