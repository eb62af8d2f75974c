/** What the kernel records of one direction of a stream. */
export class BodyState {
  /** Bytes that the filter has seen and that the host still holds; while the filter has paused, all that the host holds. */
  held: i32 = 0;
  /** Whether the filter was given the whole body. */
  isSeen: bool = false;
  /** Whether the filter has paused this direction. */
  isPaused: bool = false;
  /** Whether the body is complete: no more bytes arrive. */
  isComplete: bool = false;
  /** Whether the last piece was held, since when the host has a buffer to which bytes can be added, if an empty one. */
  hasBuffer: bool = false;
  /** Whether trailers arrived that the filter has not seen, because it has paused. */
  hasTrailers: bool = false;

  /** Whether the host was made to look at its buffer limit again. */
  isRewritten: bool = false;

  /** Makes it ready for another stream. */
  reset(): void {
    this.held = 0;
    this.isSeen = false;
    this.isPaused = false;
    this.isComplete = false;
    this.hasBuffer = false;
    this.hasTrailers = false;
    this.isRewritten = false;
  }
}
