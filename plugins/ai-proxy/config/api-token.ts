/** An API key of a provider. */
export class ApiToken {
  /** The value of the header that carries it, UTF-8: the scheme and the key. */
  readonly header: ArrayBuffer;

  /** `scheme` precedes the key in the header. */
  constructor(
    readonly text: string,
    scheme: string,
  ) {
    this.header = String.UTF8.encode(scheme + text);
  }
}
