import { LEVEL_NAMES } from "../../../assembly/ai/effort-levels";
import { FEATURE_NAMES, ModelTraits, Thinking } from "../../../assembly/ai/model-traits";
import { ConfigReader } from "../../../assembly/config/reader";
import { readRules } from "./read-rules";

/** The names of `Thinking`, in its order. */
const THINKING_NAMES = [
  "unknown",
  "none",
  "budget",
  "effort",
  "level",
  "switch",
  "adaptive",
  "adaptive_by_default",
  "adaptive_always",
];
const LIMIT_FIELDS = ["", "max_tokens", "max_completion_tokens"];
const MOST_TOKENS: i64 = 100_000_000;

/** Reads what an entry says of its models; what it does not say is as in `base`. */
export function readTraits(reader: ConfigReader, base: ModelTraits | null): ModelTraits {
  const traits = new ModelTraits();
  const known = base ? base : traits;
  traits.thinking = <Thinking>reader.choice("thinking", THINKING_NAMES, known.thinking);
  traits.levels = reader.has("efforts") ? readNames(reader, "efforts", LEVEL_NAMES) : known.levels;
  traits.features = reader.has("features") ? readNames(reader, "features", FEATURE_NAMES) : known.features;
  traits.mostTokens = reader.integerOrText("maxOutputTokens", known.mostTokens, 1, MOST_TOKENS);
  traits.defaultTokens = reader.integerOrText("defaultOutputTokens", known.defaultTokens, 1, MOST_TOKENS);
  const field = reader.choice("limitField", LIMIT_FIELDS, 0);
  traits.limitField = field ? LIMIT_FIELDS[field] : known.limitField;
  traits.leastBudget = known.leastBudget;
  traits.mostBudget = known.mostBudget;
  const budget = reader.object("thinkingBudget");
  if (budget) {
    traits.leastBudget = budget.integerOrText("least", 1, 1, MOST_TOKENS);
    traits.mostBudget = budget.integerOrText("most", MOST_TOKENS, 1, MOST_TOKENS);
    if (traits.mostBudget < traits.leastBudget) budget.fail("most", "must not be less than least");
  }
  traits.rules = readRules(reader, known.rules);
  return traits;
}

/** A list of names as a set of bits, one for each position in `names`. */
function readNames(reader: ConfigReader, key: string, names: string[]): u32 {
  let set: u32 = 0;
  const texts = reader.texts(key);
  for (let i = 0; i < texts.length; i++) {
    const position = names.indexOf(texts[i]);
    if (position < 0) reader.fail(`${key}[${i}]`, `must be one of ${names.join(", ")}`);
    else set |= 1 << position;
  }
  return set;
}
