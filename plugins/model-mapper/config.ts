import { MAPPED_MODEL_HEADER } from "../../assembly/ai/contract";
import { bodyMember, headerOption } from "../../assembly/config/model-options";
import { PathSuffixes } from "../../assembly/config/path-suffixes";
import { ConfigReader } from "../../assembly/config/reader";
import { ModelMapping } from "./model-mapping";

/** Without one of these another model is asked for than the route allows. */
const GUARDS = ["modelMapping"];

/** What model-mapper does with the requests of a route. */
export class ModelMapperConfig {
  private constructor(
    /** Whether it maps anything: else it puts back what another route's configuration has mapped. */
    readonly maps: bool,
    /** The member of the body that names the model. */
    readonly modelKey: string,
    /** The models by the names that clients use. */
    readonly mapping: ModelMapping,
    /** The requests that are read. */
    readonly paths: PathSuffixes,
    /** The header that gets the model that was mapped to; empty for none. */
    readonly modelHeader: string,
  ) {}

  /** One that maps nothing. */
  static unmapped(): ModelMapperConfig {
    return new ModelMapperConfig(false, "model", new ModelMapping(), PathSuffixes.byDefault(), MAPPED_MODEL_HEADER);
  }

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): ModelMapperConfig {
    reader.guards(GUARDS);
    return new ModelMapperConfig(
      true,
      bodyMember(reader, "modelKey", "model"),
      ModelMapping.read(reader),
      PathSuffixes.read(reader, "enableOnPathSuffix"),
      headerOption(reader, "modelToHeader", MAPPED_MODEL_HEADER),
    );
  }
}
