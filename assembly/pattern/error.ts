/** Why a pattern was refused. The caller of `compile` makes one and passes it in. */
export class PatternError {
  /** The pattern, the offset in characters, and the reason; empty as long as nothing was refused. */
  message: string = "";
}
