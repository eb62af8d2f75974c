import { Slice } from "../../bytes/slice";
import { JsonKind, jsonKind } from "../../json/value";
import { JsonWalker } from "../../json/walker";
import { MAX_DEPTH } from "../../json/validate";
import { NameList } from "../name-list";
import { plainKey } from "./reader";
import { PromptRole } from "./role";
import { PromptTexts } from "./texts";

/**
 * Members of a request's outermost object that a model reads beside its messages: tools, the format of its response, and a predicted
 * response. https://platform.openai.com/docs/api-reference/chat/create · https://docs.claude.com/en/api/messages ·
 * https://ai.google.dev/api/generate-content · https://docs.vllm.ai/en/latest/features/structured_outputs.html
 */
const DEFINITIONS = new NameList(
  "tools functions response_format text prediction parameters generationConfig generation_config output_format output_config " +
    "guided_json structured_outputs",
);
/** The members in them, in any depth, whose strings are texts, and may be rewritten. */
const PROSE = new NameList("title description content text instructions server_description");
/** Those whose strings are names and grammars. */
const NAMES = new NameList("name definition");
/** Those whose strings in any depth are values. */
const VALUES = new NameList("enum const default example examples input_examples");

/** What the strings of a list are, or of a member: its texts, or nothing that is read. Those of an object depend on their names. */
const enum Container {
  Object,
  ValuesObject,
  Values,
  Names,
  Prose,
  Others,
}

const walker = new JsonWalker();
const open = new StaticArray<Container>(MAX_DEPTH);

/**
 * Reads the texts of definitions in a member of a request's outermost object, each as a message of the system, in a conversation of their own:
 * names, descriptions and values, not the names of parameters. Takes linear time; the JSON must be valid.
 */
export function readDefinitionMember(key: Slice, value: Slice, texts: PromptTexts): void {
  const kind = jsonKind(value);
  if ((kind != JsonKind.Object && kind != JsonKind.Array) || !DEFINITIONS.has(plainKey(key))) return;
  texts.beginConversation();
  walker.start(value);
  if (walker.enterObject()) readDeep(Container.Object, texts);
  else if (walker.enterArray()) readDeep(Container.Others, texts);
}

function containerOf(name: Slice): Container {
  if (PROSE.has(name)) return Container.Prose;
  if (VALUES.has(name)) return Container.Values;
  return NAMES.has(name) ? Container.Names : Container.Others;
}

function readDeep(outermost: Container, texts: PromptTexts): void {
  let depth = 0;
  unchecked((open[0] = outermost));
  while (depth >= 0) {
    let container = unchecked(open[depth]);
    const isObject = container <= Container.ValuesObject;
    if (!(isObject ? walker.nextMember() : walker.nextElement())) {
      depth--;
      continue;
    }
    if (container == Container.ValuesObject) container = Container.Values;
    else if (isObject) container = containerOf(plainKey(walker.key));
    if (walker.enterObject())
      unchecked((open[++depth] = container == Container.Values ? Container.ValuesObject : Container.Object));
    else if (walker.enterArray()) unchecked((open[++depth] = container));
    else {
      const token = walker.value();
      if (container == Container.Others || jsonKind(token) != JsonKind.String) continue;
      texts.beginMessage(PromptRole.System);
      texts.text(token, PromptRole.System, container == Container.Prose);
      texts.endMessage();
    }
  }
}
