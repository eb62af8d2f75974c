import { ByteBuffer } from "../bytes/buffer";
import { decodePercent } from "../bytes/percent";
import { withoutQuery } from "../bytes/query";
import { byteAt, indexOfByte, Slice, sliceEndsWith, sliceSize, subslice } from "../bytes/slice";
import { isVisible } from "./printable";
import { ConfigReader } from "./reader";

const SLASH: u32 = 0x2f;
const PERCENT: u32 = 0x25;

const plain = new ByteBuffer();

/**
 * The ends of the paths whose requests name a model in their body: those of Higress, and behind them the APIs that Higress
 * does not list.
 */
const DEFAULTS: string[] = [
  "/completions",
  "/embeddings",
  "/images/generations",
  "/audio/speech",
  "/fine_tuning/jobs",
  "/moderations",
  "/image-synthesis",
  "/video-synthesis",
  "/rerank",
  "/messages",
  "/responses",
  "/audio/transcriptions",
  "/audio/translations",
  "/images/edits",
  "/images/variations",
  "/videos",
  "/messages/count_tokens",
  "/complete",
  "/reranks",
];

/** The requests that a plugin is to read, by the ends of their paths. */
export class PathSuffixes {
  private constructor(private readonly suffixes: string[]) {}

  /** Those of a configuration that does not say. */
  static byDefault(): PathSuffixes {
    return new PathSuffixes(DEFAULTS);
  }

  /** Reads a list: it replaces the default, and `*` stands for all paths. */
  static read(reader: ConfigReader, key: string): PathSuffixes {
    reader.refuseEmptyList(key);
    if (!reader.has(key)) return PathSuffixes.byDefault();
    const suffixes = reader.texts(key);
    for (let i = 0; i < suffixes.length; i++) {
      if (suffixes[i].includes("?")) reader.fail(`${key}[${i}]`, "must have no query: queries are not compared");
      else if (!isVisible(suffixes[i])) reader.fail(`${key}[${i}]`, "must be what a path can end with");
    }
    return new PathSuffixes(suffixes);
  }

  /**
   * Whether the path of a request, without its query and without slashes at its end, ends so, as it stands or decoded: a
   * server decodes it.
   */
  match(path: Slice): bool {
    const whole = withoutQuery(path);
    if (this.ends(whole)) return true;
    if (indexOfByte(whole, PERCENT) < 0) return false;
    plain.clear();
    return this.ends(decodePercent(whole, plain));
  }

  private ends(path: Slice): bool {
    let end = path;
    while (sliceSize(end) && byteAt(end, sliceSize(end) - 1) == SLASH) end = subslice(end, 0, sliceSize(end) - 1);
    for (let i = 0; i < this.suffixes.length; i++) {
      const suffix = this.suffixes[i];
      if (suffix == "*" || sliceEndsWith(end, suffix)) return true;
    }
    return false;
  }
}
