/**
 * What a provider keeps of one request for its response, such as the ids of tools: each provider that needs it extends the
 * class, and puts an object into `exchange.state` when it translates the request.
 */
export class ProviderState {
  /** Frees the unmanaged memory of the state, when the stream ends. */
  free(): void {}
}
