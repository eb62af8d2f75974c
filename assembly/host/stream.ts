import { StreamType } from "../abi/enums";
import { proxy_close_stream, proxy_continue_stream, proxy_set_effective_context } from "../abi/imports";

/** Lets a paused request go on. */
export function continueRequest(): void {
  proxy_continue_stream(StreamType.HttpRequest);
}

/** Lets a paused answer go on. */
export function continueResponse(): void {
  proxy_continue_stream(StreamType.HttpResponse);
}

/** Ends the stream of the request at once. */
export function closeRequest(): void {
  proxy_close_stream(StreamType.HttpRequest);
}

/** Makes the following host calls speak of this context. */
export function setEffectiveContext(context: u32): void {
  proxy_set_effective_context(context);
}
