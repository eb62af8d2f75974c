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
/** The members in them, in any depth, whose strings are texts. */
const TEXTS = new NameList("name title description content text instructions enum const default example examples");
/** Those that may be rewritten: the others are names and values. */
const PROSE = new NameList("title description content text instructions");

const enum Container {
  Object,
  Texts,
  Prose,
  /** A list whose strings are no texts. */
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

function readDeep(outermost: Container, texts: PromptTexts): void {
  let depth = 0;
  unchecked((open[0] = outermost));
  while (depth >= 0) {
    let container = unchecked(open[depth]);
    const isObject = container == Container.Object;
    if (!(isObject ? walker.nextMember() : walker.nextElement())) {
      depth--;
      continue;
    }
    if (isObject) {
      const name = plainKey(walker.key);
      container = PROSE.has(name) ? Container.Prose : TEXTS.has(name) ? Container.Texts : Container.Others;
    }
    if (walker.enterObject()) unchecked((open[++depth] = Container.Object));
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
