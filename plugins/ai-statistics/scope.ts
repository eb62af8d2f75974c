import { withoutQuery } from "../../assembly/bytes/query";
import { Slice, sliceEndsWith, sliceIncludes } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";

/** The paths of the default sets of attributes. */
const DEFAULT_SUFFIXES: string[] = ["/completions", "/messages", "/responses"];

/** Which requests and responses are observed. */
export class Scope {
  private readonly hasAllPaths: bool;
  private readonly hasAllTypes: bool;

  private constructor(
    private readonly suffixes: string[],
    private readonly contentTypes: string[],
  ) {
    this.hasAllPaths = !suffixes.length;
    this.hasAllTypes = !contentTypes.length;
  }

  /** Reads `enable_path_suffixes` and `enable_content_types`; an empty list stands for all. */
  static read(reader: ConfigReader, hasDefaultSet: bool): Scope {
    const suffixes = reader.texts("enable_path_suffixes");
    const isDefault = hasDefaultSet && !reader.has("enable_path_suffixes");
    return new Scope(isDefault ? DEFAULT_SUFFIXES : suffixes, reader.texts("enable_content_types"));
  }

  /** Whether a request of this `:path` is observed. */
  hasPath(path: Slice): bool {
    if (this.hasAllPaths) return true;
    const suffixes = this.suffixes;
    const whole = withoutQuery(path);
    for (let i = 0; i < suffixes.length; i++) {
      if (suffixes[i] == "*" || sliceEndsWith(whole, suffixes[i])) return true;
    }
    return false;
  }

  /** Whether the body of a response of this content type is read. */
  hasContentType(contentType: Slice): bool {
    if (this.hasAllTypes) return true;
    const types = this.contentTypes;
    for (let i = 0; i < types.length; i++) if (sliceIncludes(contentType, types[i])) return true;
    return false;
  }
}
