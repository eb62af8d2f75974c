/** A key of a provider, as the two forms in which providers want it. */
export class ApiToken {
  /** The key itself, UTF-8. */
  readonly plain: ArrayBuffer;
  /** `Bearer ` and the key, UTF-8. */
  readonly bearer: ArrayBuffer;

  constructor(readonly text: string) {
    this.plain = String.UTF8.encode(text);
    this.bearer = String.UTF8.encode("Bearer " + text);
  }
}
