import { ConfigReader } from "../../assembly/config/reader";
import { AddedText } from "./added-text";
import { ReplaceRule } from "./replace-rule";

/** Without one of these a prompt lacks a text, or keeps one that is to be replaced. */
const GUARDS = ["prepend", "append", "replace"];

/** What ai-prompt-decorator adds to the prompts of a route, and replaces in them. */
export class AiPromptDecoratorConfig {
  private constructor(
    /** The texts before the messages. */
    readonly prepend: AddedText[],
    /** The texts behind the messages. */
    readonly append: AddedText[],
    /** The replacements, in the order in which they apply. */
    readonly replace: ReplaceRule[],
  ) {}

  /** Reads the configuration; nothing is inherited, as in Higress. */
  static read(reader: ConfigReader): AiPromptDecoratorConfig {
    reader.guards(GUARDS);
    const prepend = textsOf(reader, "prepend");
    const append = textsOf(reader, "append");
    const replace: ReplaceRule[] = [];
    reader.refuseEmptyList("replace");
    const rules = reader.each("replace");
    while (rules.next()) {
      const rule = ReplaceRule.read(rules);
      if (rule) replace.push(rule);
    }
    if (!prepend.length && !append.length && !replace.length && !reader.failed)
      reader.refuse("must add or replace something with one of prepend, append, replace");
    return new AiPromptDecoratorConfig(prepend, append, replace);
  }
}

function textsOf(reader: ConfigReader, key: string): AddedText[] {
  const texts: AddedText[] = [];
  reader.refuseEmptyList(key);
  const items = reader.each(key);
  while (items.next()) texts.push(AddedText.read(items));
  return texts;
}
