import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { BodyAction } from "../../../assembly/plugin/filter";
import { resumeRequest } from "../../../assembly/plugin/resume";
import { noteScore } from "../pass-state";
import { LATER } from "../store/store";
import { SimilarFilter, Tried } from "./similar-filter";
import { SimilarSearch } from "./similar-search";

/** A filter that looks for a response to an equal request, and then for one to a request whose question means the same. */
export abstract class SearchingFilter extends SimilarFilter {
  /** Whether the vector of the question is stored with the response. */
  protected storesVector: bool = false;
  protected readonly search: SimilarSearch = new SimilarSearch();

  /** Replies with what is stored for a key: that of the request, or that of one whose question means the same. Returns whether a reply was sent. */
  protected abstract serve(stored: Slice, key: Slice): bool;

  /** Asks the store. */
  protected abstract find(key: Slice, question: Slice): Slice;

  /** The key of the request. */
  protected abstract get ownKey(): Slice;

  /** The request goes to the provider. */
  protected abstract goesOn(): BodyAction;

  override onFound(stored: Slice): void {
    if (this.search.isReading) {
      if (!this.serve(stored, this.search.key)) this.search.tryNext();
    } else if (!this.serve(stored, this.ownKey)) this.goFurther();
  }

  override onSimilar(key: Slice, entry: Slice): Tried {
    const found = entry == ABSENT ? this.find(key, ABSENT) : entry;
    if (found == LATER) return Tried.Later;
    return this.serve(found, key) ? Tried.Served : Tried.Refused;
  }

  override onNoneSimilar(): void {
    noteScore(this.search.score);
    this.goOn();
  }

  /** Nothing is stored for an equal request. */
  protected looksFurther(): BodyAction {
    return this.search.start(this) ? BodyAction.Pause : this.goesOn();
  }

  /** The same for a request that was held, in another callback. */
  protected goFurther(): void {
    if (this.looksFurther() == BodyAction.Continue) resumeRequest();
  }

  /** `goesOn` for a request that was held, in another callback. */
  protected goOn(): void {
    if (this.goesOn() == BodyAction.Continue) resumeRequest();
  }
}
