/** Is told each chunk of a stream after the first one with content. */
export abstract class ChunkListener {
  /** An event with data has arrived, this many milliseconds after the one before. */
  abstract onChunk(milliseconds: i64): void;
}
