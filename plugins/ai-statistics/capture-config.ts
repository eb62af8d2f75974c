import { ConfigReader } from "../../assembly/config/reader";
import { Pattern, PatternError, PatternFlags } from "../../assembly/pattern/pattern";

/** What of the texts of prompts and responses is written to the log fields. */
export const enum Capture {
  /** Nothing. */
  None,
  /** A keyed hash of each. */
  Hash,
  /** The texts, without what the patterns match. */
  Masked,
  /** The texts. */
  Full,
}

const MODES = ["none", "hash", "masked", "full"];
const LENGTH_LIMIT: i64 = 4096;
const MOST_LENGTH: i64 = 1 << 20;
const MEMORY_LIMIT: i64 = 16 << 20;
const MOST_MEMORY: i64 = 1 << 30;
/** Text is matched against each of them. */
const MOST_PATTERNS: i32 = 32;

/** Which texts are captured, and how. */
export class CaptureConfig {
  private constructor(
    readonly mode: Capture,
    /** The key of the hashes. */
    readonly secret: ArrayBuffer,
    /** What is masked. */
    readonly patterns: Pattern[],
    /** The most bytes of a text. */
    readonly lengthLimit: i32,
    /** The most bytes that captured texts take up in a VM. */
    readonly memoryLimit: i32,
  ) {}

  /** Reads the options; `null` if nothing is captured. */
  static read(reader: ConfigReader): CaptureConfig | null {
    const mode = <Capture>reader.choice("capture", MODES, Capture.None);
    const secret = reader.text("capture_secret");
    const sources = reader.texts("capture_patterns");
    const lengthLimit = reader.integer("capture_length_limit", LENGTH_LIMIT, 16, MOST_LENGTH);
    const memoryLimit = reader.integer("capture_memory_limit", MEMORY_LIMIT, 1024, MOST_MEMORY);
    if (mode == Capture.Hash && !secret.length) reader.fail("capture_secret", "is required for the capture of hashes");
    if (mode == Capture.Masked && !sources.length) reader.fail("capture_patterns", "is required for masked capture");
    if (sources.length > MOST_PATTERNS) reader.fail("capture_patterns", `must have at most ${MOST_PATTERNS} patterns`);
    const patterns: Pattern[] = [];
    const error = new PatternError();
    for (let i = 0; i < min(sources.length, MOST_PATTERNS); i++) {
      const pattern = Pattern.compile(sources[i], PatternFlags.None, error);
      if (pattern) patterns.push(pattern);
      else reader.fail(`capture_patterns[${i}]`, error.message);
    }
    if (mode == Capture.None) return null;
    return new CaptureConfig(mode, String.UTF8.encode(secret), patterns, <i32>lengthLimit, <i32>memoryLimit);
  }
}
