import { ROUTED_MODEL_HEADER } from "../../assembly/ai/contract";
import { bodyMember, headerOption } from "../../assembly/config/model-options";
import { PathSuffixes } from "../../assembly/config/path-suffixes";
import { ConfigReader } from "../../assembly/config/reader";
import { AutoRouting } from "./auto-routing";
import { ModelList } from "./model-list";

/** Without one of these a client chooses a route by a header of its own, or gets a model that was not checked. */
const GUARDS = ["modelToHeader", "addProviderHeader", "refuseDuplicateModels", "modelNotFound"];
/** What only an instance that routes reads. */
const ROUTING = ["modelKey", "addProviderHeader", "keepOriginalModelName", "autoRouting", "refuseDuplicateModels"];

/**
 * What model-router does with the requests of a route. An instance with `models` or `modelNotFound` replies for models; any
 * other one chooses routes.
 */
export class ModelRouterConfig {
  /** Whether the instance chooses routes. */
  routes: bool = true;
  /** The member of the body that names the model. */
  modelKey: string = "model";
  /** The header that gets the whole name; empty for none. */
  modelHeader: string = ROUTED_MODEL_HEADER;
  /** The header that gets what stands before the first slash of the name; empty for none. */
  providerHeader: string = "";
  /** Whether the name in the body keeps what goes into `providerHeader`. */
  keepsName: bool = false;
  /** The requests that are read; `null` for none. */
  paths: PathSuffixes | null = null;
  /** How the name `higress/auto` is replaced; `null` if it is a name like any other. */
  auto: AutoRouting | null = null;
  /** Whether the body behind the name is looked at, too, for a second one. */
  refusesDuplicates: bool = false;
  /** The models of `GET /v1/models`; `null` if the provider is asked. */
  models: ModelList | null = null;
  /** Whether no request for a model is served here. */
  isNotFound: bool = false;

  /** One that reads no request. */
  static unrouted(): ModelRouterConfig {
    return new ModelRouterConfig();
  }

  /** Reads the configuration. A rule inherits nothing, as in Higress, but `models` and what belongs to it. */
  static read(reader: ConfigReader, inherited: ModelRouterConfig | null): ModelRouterConfig {
    const config = new ModelRouterConfig();
    reader.guards(GUARDS);
    const lists = inherited && !inherited.routes ? inherited : null;
    config.isNotFound = reader.boolean("modelNotFound", false);
    config.models = reader.has("models") ? ModelList.read(reader) : lists ? lists.models : null;
    config.routes = !config.models && !reader.has("modelNotFound");
    if (inherited && inherited.routes && !config.routes) {
      reader.refuse("must not have models or modelNotFound under an instance that routes: put them into one behind it");
    }
    config.modelHeader = headerOption(reader, "modelToHeader", lists ? lists.modelHeader : ROUTED_MODEL_HEADER);
    const hasPaths = !lists || reader.has("enableOnPathSuffix");
    config.paths = hasPaths ? PathSuffixes.read(reader, "enableOnPathSuffix") : lists!.paths;
    config.readRouting(reader);
    if (config.routes) return config;
    for (let i = 0; i < ROUTING.length; i++) {
      const reason = "has no effect beside models or modelNotFound: it belongs to the instance that routes";
      if (reader.has(ROUTING[i])) reader.fail(ROUTING[i], reason);
    }
    return config;
  }

  private readRouting(reader: ConfigReader): void {
    this.modelKey = bodyMember(reader, "modelKey", "model");
    this.providerHeader = headerOption(reader, "addProviderHeader", "");
    if (reader.has("addProviderHeader") && !this.providerHeader.length && !reader.failed) {
      reader.fail("addProviderHeader", "must not be empty: leave it out");
    }
    this.keepsName = reader.boolean("keepOriginalModelName", false);
    if (this.keepsName && !this.providerHeader.length) {
      reader.warn("keepOriginalModelName", "has no effect without addProviderHeader");
    }
    this.refusesDuplicates = reader.boolean("refuseDuplicateModels", false);
    this.auto = AutoRouting.read(reader);
    if (this.modelHeader.length || this.providerHeader.length) {
      if (this.modelHeader == this.providerHeader) reader.fail("addProviderHeader", "must not be modelToHeader");
    } else if (!reader.failed) reader.fail("modelToHeader", "must not be empty without addProviderHeader");
  }
}
