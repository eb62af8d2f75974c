import { ConfigReader } from "../../assembly/config/reader";
import { jsonKind, JsonKind } from "../../assembly/json/value";
import { Template } from "./template";

/** Without it no request is replaced. */
const GUARDS = ["templates"];

/** The templates of a route. */
export class AiPromptTemplateConfig {
  private constructor(
    /** The templates by their names. */
    readonly templates: Map<string, Template>,
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): AiPromptTemplateConfig {
    const templates = new Map<string, Template>();
    reader.guards(GUARDS);
    reader.refuseEmptyList("templates");
    if (!reader.has("templates")) reader.fail("templates", "is required");
    const items = reader.each("templates");
    while (items.next()) {
      const name = items.requiredText("name");
      const token = items.value("template");
      if (jsonKind(token) != JsonKind.Object) items.fail("template", "must be an object: the body of a request");
      else if (templates.has(name)) items.fail("name", "is the name of another template");
      else templates.set(name, Template.read(items, token));
    }
    return new AiPromptTemplateConfig(templates);
  }
}
