import { ALLOWED_MODELS_STATE, CONSUMER_HEADER, CONSUMER_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { KeyAuthConfig } from "./config";
import { NOBODY } from "./consumers";
import { KeySearch } from "./key-search";
import { accessByBody, accessByHeaders, ModelAccess } from "./model-access";
import { refuse, refuseModel } from "./refusal";

/** The value of the filter state for a key without a name. */
const NAMELESS = "-";

const pool = new FilterPool<KeyAuthFilter>();
const search = new KeySearch();
const identity = new FilterState(CONSUMER_STATE);
const allowedModels = new FilterState(ALLOWED_MODELS_STATE);
const nameless = new ByteBuffer();

/** Refuses requests without a known key, and names the consumer of the others. */
export class KeyAuthFilter extends HttpFilter {
  private config: KeyAuthConfig | null = null;
  private consumer: i32 = NOBODY;

  /** A filter for one stream. */
  static of(config: KeyAuthConfig): KeyAuthFilter {
    const spare = pool.take();
    const filter = spare ? spare : new KeyAuthFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    if (!config.isChecked) {
      if (headers.first(CONSUMER_HEADER) != ABSENT) headers.remove(CONSUMER_HEADER);
      return HeadersAction.Continue;
    }
    search.run(headers, config.consumers.places, config.stripsBearer);
    if (search.isAmbiguous) return this.turnAway(headers, "multi_key", "Multi Key Authentication information found.");
    this.consumer = this.identify();
    if (this.consumer == NOBODY) {
      return search.key == ABSENT
        ? this.turnAway(headers, "no_key", "No Key Authentication information found.")
        : this.turnAway(headers, "unauthorized", "Unauthorized consumer.");
    }
    // Before the check of `allow`, so that the access log names the consumer that it refuses.
    const name = config.consumers.nameOf(this.consumer);
    if (name != ABSENT) headers.put(CONSUMER_HEADER, name);
    else if (headers.get(CONSUMER_HEADER) != ABSENT) headers.remove(CONSUMER_HEADER);
    if (config.hidesCredentials && search.places) {
      search.hide(headers, config.consumers.places);
      nameless.clear();
      identity.set(name == ABSENT ? nameless.text(NAMELESS).slice : name);
    } else if (name != ABSENT) identity.set(name);
    const allowed = config.allowed;
    if (allowed && allowed.find(name) < 0) {
      refuse(403, "unauthorized", "Unauthorized consumer.", config.challenge, config.errorFormat);
      return HeadersAction.Pause;
    }
    const models = config.consumers.modelsOf(this.consumer);
    if (models == ABSENT) return HeadersAction.Continue;
    allowedModels.set(models);
    return this.restrict(accessByHeaders(headers, models, endOfStream));
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    const models = this.config!.consumers.modelsOf(this.consumer);
    const access = accessByBody(body.bytes(), requestHeaders.first(":path"), models);
    return this.restrict(access) == HeadersAction.Continue ? BodyAction.Continue : BodyAction.Pause;
  }

  /** Trailers must not name a consumer either. */
  override onRequestTrailers(trailers: HeaderMap): HeadersAction {
    if (trailers.first(CONSUMER_HEADER) != ABSENT) trailers.remove(CONSUMER_HEADER);
    return HeadersAction.Continue;
  }

  /** The owner of the key or, if the first pass of a redirected request hid the key, the consumer of that pass. */
  private identify(): i32 {
    const consumers = this.config!.consumers;
    let consumer = NOBODY;
    if (search.key != ABSENT) {
      consumer = consumers.find(search.key, search.places);
      if (consumer == NOBODY) consumer = consumers.find(search.plainKey, search.places);
    }
    return consumer != NOBODY || !this.config!.hidesCredentials ? consumer : this.identifyByFirstPass();
  }

  /** Refuses the request; the access log must not show a consumer that the client claims to be. */
  private turnAway(headers: HeaderMap, reason: string, sentence: string): HeadersAction {
    headers.remove(CONSUMER_HEADER);
    refuse(401, reason, sentence, this.config!.challenge, this.config!.errorFormat);
    return HeadersAction.Pause;
  }

  private identifyByFirstPass(): i32 {
    const name: Slice = identity.get();
    if (name == ABSENT) return NOBODY;
    const consumers = this.config!.consumers;
    if (consumers.haveNames) return consumers.findName(name);
    return sliceEquals(name, NAMELESS) ? 0 : NOBODY;
  }

  override free(): void {
    this.reset();
    pool.give(this);
  }

  private reset(): void {
    this.config = null;
    this.consumer = NOBODY;
  }

  private restrict(access: ModelAccess): HeadersAction {
    switch (access) {
      case ModelAccess.Allowed:
        return HeadersAction.Continue;
      case ModelAccess.NeedsBody:
        this.requestBodyMode = BodyMode.Whole;
        return HeadersAction.HoldForBody;
      case ModelAccess.Denied:
        refuseModel(403, "model_not_allowed", "This consumer may not use this model.");
        break;
      case ModelAccess.Ambiguous:
        refuseModel(400, "duplicate_model", "The request names a model twice.");
        break;
      default:
        refuseModel(
          403,
          "model_not_readable",
          "This consumer may use some models only, and the request does not say which it wants.",
        );
    }
    return HeadersAction.Pause;
  }
}
