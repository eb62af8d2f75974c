import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice } from "../bytes/slice";
import { apiOfTail, PathIds } from "./api-path";

const ids = new PathIds();

/** A path with `{…}` where the ids of the client's path go, in their order. */
export class PathTemplate {
  /** The text before, between and after the ids. */
  private readonly parts: string[] = [];

  /** Parses a path such as `/v2/files/{file_id}`. A brace that is not closed stands for the rest of the path. */
  constructor(path: string) {
    let from = 0;
    for (let open = path.indexOf("{"); open >= 0; open = path.indexOf("{", from)) {
      this.parts.push(path.substring(from, open));
      const close = path.indexOf("}", open);
      from = close < 0 ? path.length : close + 1;
    }
    this.parts.push(path.substring(from));
  }

  /** Appends the path with the ids of the client's path, which is `/v1` and `tail`. */
  write(tail: Slice, out: ByteBuffer): void {
    const parts = this.parts;
    out.text(parts[0]);
    if (parts.length == 1) return;
    ids.clear();
    if (tail != ABSENT) apiOfTail(tail, ids);
    for (let i = 1; i < parts.length; i++) out.append(i == 1 ? ids.first : ids.second).text(parts[i]);
  }
}
