import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { jsonValidate } from "../../../assembly/json/validate";
import { SearchConfig } from "../config";
import { NO_SOURCES, sourceCount, writeReferences } from "../references";

const KEPT_BYTES: i32 = 4096;

/** The sources of a request, and how its response names them. */
export class SourceList {
  private config: SearchConfig | null = null;
  private readonly bytes: ByteBuffer = new ByteBuffer();
  /** The number of sources. */
  count: i32 = 0;

  /** Takes the sources as `writeSources` has written them. */
  load(config: SearchConfig, sources: Slice): void {
    this.config = config;
    this.bytes.clear();
    if (config.refers && sliceSize(sources) > NO_SOURCES.length && !jsonValidate(sources)) this.bytes.append(sources);
    this.count = sourceCount(this.bytes.slice);
  }

  /** Whether the response names sources. */
  get refers(): bool {
    return this.bytes.size > 0;
  }

  /** Whether references stand behind the response. */
  get isTail(): bool {
    return this.config!.isTail;
  }

  /** Whether OpenAI's responses name the sources in `annotations`. */
  get annotates(): bool {
    return this.config!.annotates;
  }

  /** Whether the references are a text behind the response. */
  get isBehind(): bool {
    return this.isTail && !this.annotates;
  }

  /** The sources as a JSON array of `[title, link]`. */
  get json(): Slice {
    return this.bytes.slice;
  }

  /** Appends the text of the references as the content of a JSON string. */
  write(out: ByteBuffer): void {
    writeReferences(this.config!.format, this.bytes.slice, out);
  }

  /** Forgets the sources. */
  clear(): void {
    this.config = null;
    this.bytes.release(KEPT_BYTES);
    this.count = 0;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.bytes.dispose();
  }
}
