import { currentRoot } from "./root";

/** The latest pending call of each context that has any; the others follow by `next`. */
const latest = new Map<u32, Call>();

/**
 * A call to another service, identified by the host's token: a `Callout` (HTTP), a `GrpcCall` or a `GrpcStream`. An object is
 * pending from its dispatch until its end, and makes one call at a time. The call is dropped when its owner ends: the stream
 * whose context id is `stream` or, if `stream` is 0, the root context that dispatched it.
 */
export abstract class Call {
  /** The context id of the stream that waits for the response; 0 for a call of the plugin, which outlives streams. */
  stream: u32 = 0;
  /** The token that the host gave; 0 while the call is not pending. */
  protected token: u32 = 0;
  private owner: u32 = 0;
  private next: Call | null = null;
  private previous: Call | null = null;

  /** Whether the call was dispatched and has not ended. */
  get isPending(): bool {
    return this.token != 0;
  }

  /** Ends the call. No hook is called for it, now or later. */
  abstract drop(): void;

  /** Adds the call to the pending ones of its owner. */
  protected begin(token: u32): void {
    const owner = this.stream ? this.stream : currentRoot();
    const next = latest.has(owner) ? latest.get(owner) : null;
    this.token = token;
    this.owner = owner;
    this.next = next;
    if (next) next.previous = this;
    latest.set(owner, this);
  }

  /** Removes the call from the pending ones of its owner. */
  protected end(): void {
    const next = this.next;
    const previous = this.previous;
    if (next) next.previous = previous;
    if (previous) previous.next = next;
    else if (next) latest.set(this.owner, next);
    else latest.delete(this.owner);
    this.token = 0;
    this.next = null;
    this.previous = null;
  }
}

/** Drops every pending call of a context that ends. The cost is constant for each of them; calls of other contexts add none. */
// @ts-ignore: decorator
@inline
export function dropCalls(owner: u32): void {
  if (latest.size) dropAll(owner);
}

function dropAll(owner: u32): void {
  while (latest.has(owner)) latest.get(owner).drop();
}
