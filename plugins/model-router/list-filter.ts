import { isReadable } from "../../assembly/ai/body-model";
import { ALLOWED_MODELS_STATE } from "../../assembly/ai/contract";
import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { decodePercent } from "../../assembly/bytes/percent";
import { withoutQuery } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceEquals, sliceStartsWith, subslice } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap } from "../../assembly/host/headers";
import { HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { ModelRouterConfig } from "./config";
import { unroutedModel } from "./first-pass";
import { refuse, reply } from "./reply";

const LIST = "/models";
const ONE = "/models/";

const pool = new FilterPool<ModelListFilter>();
const requestPath = new RequestPath();
const allowedModels = new FilterState(ALLOWED_MODELS_STATE);
const body = new ByteBuffer();
const requested = new ByteBuffer();
const message = new ByteBuffer();

/** Replies to requests for the list of models, and refuses models that no route serves. It runs after key-auth. */
export class ModelListFilter extends HttpFilter {
  private config: ModelRouterConfig | null = null;

  /** A filter for one stream. */
  static of(config: ModelRouterConfig): ModelListFilter {
    const spare = pool.take();
    const filter = spare ? spare : new ModelListFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const path = headers.get(":path");
    // https://platform.claude.com/docs/en/api/versioning
    const isForAnthropic = headers.get("anthropic-version") != ABSENT;
    const config = this.config!;
    if (config.models && isLook(headers.get(":method")) && this.repliesWithList(path, isForAnthropic)) {
      return HeadersAction.Pause;
    }
    if (!config.isNotFound) return HeadersAction.Continue;
    let model = headers.get(config.modelHeader);
    if (model == ABSENT) model = unroutedModel();
    if (model != ABSENT) return refuseModel(model, isForAnthropic);
    const isBody = !endOfStream && isReadable(ABSENT, headers.get("content-type"), headers.get("upgrade"));
    if (!isBody || path == ABSENT || !config.paths!.match(path)) return HeadersAction.Continue;
    message.clear();
    message.text("The request must name a model, as a string and in a body that is not compressed.");
    refuse(400, "missing_model", message.slice, "missing_required_parameter", isForAnthropic);
    return HeadersAction.Pause;
  }

  override free(): void {
    this.reset();
    pool.give(this);
  }

  private reset(): void {
    this.config = null;
  }

  private repliesWithList(path: Slice, isForAnthropic: bool): bool {
    requestPath.read(withoutQuery(path));
    if (requestPath.isDated) return false;
    const models = this.config!.models!;
    const tail = requestPath.tail;
    const isList = sliceEquals(tail, LIST);
    if (!isList && !sliceStartsWith(tail, ONE)) return false;
    const allowed = allowedModels.get();
    if (!isList) {
      requested.clear();
      const id = decodePercent(subslice(tail, ONE.length), requested);
      const model = models.find(id, allowed, isForAnthropic);
      if (model == ABSENT) refuseModel(id, isForAnthropic);
      else reply(200, "model_found", model);
      return true;
    }
    body.clear();
    if (isForAnthropic) models.writeForAnthropic(allowed, body);
    else models.write(allowed, body);
    reply(200, "models_listed", body.slice);
    return true;
  }
}

function isLook(method: Slice): bool {
  return sliceEquals(method, "GET") || sliceEquals(method, "HEAD");
}

/** Replies as OpenAI and Anthropic do for a model that they do not have. */
function refuseModel(model: Slice, isForAnthropic: bool): HeadersAction {
  message.clear();
  if (isForAnthropic) message.text("model: ").append(model);
  else message.text("The model `").append(model).text("` does not exist or you do not have access to it.");
  refuse(404, "model_not_found", message.slice, "model_not_found", isForAnthropic);
  return HeadersAction.Pause;
}
