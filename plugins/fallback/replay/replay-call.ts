import { Callout, CalloutResponse } from "../../../assembly/host/callout";
import { HttpFilter } from "../../../assembly/plugin/filter";

/** A filter that sends its request again. */
export abstract class ReplayingFilter extends HttpFilter {
  /** Receives the response of a target, or the failure to get one. */
  abstract onReplayed(response: CalloutResponse): void;
}

/** The call that sends a request to a target. */
export class ReplayCall extends Callout {
  constructor(private readonly filter: ReplayingFilter) {
    super();
    this.stream = filter.contextId;
  }

  onResponse(response: CalloutResponse): void {
    this.filter.onReplayed(response);
  }
}
