import { ModelTraits, NEWEST_TRAITS, ThinkingMode } from "../../../../assembly/ai/protocols/messages/model-traits";
import { Slice, sliceIncludes } from "../../../../assembly/bytes/slice";

/** What the models take whose names have one of some parts. */
class ModelFamily {
  constructor(
    readonly names: string[],
    readonly traits: ModelTraits,
  ) {}
}

const SMALL_LIMIT = 8192;
const LIMIT = 32_000;

/**
 * The families of models, the first that fits counts; read on 2026-11-28 from these pages and what they link:
 * https://platform.claude.com/docs/en/build-with-claude/thinking
 * https://platform.claude.com/docs/en/about-claude/models/migration-guide
 */
const FAMILIES: ModelFamily[] = [
  new ModelFamily(
    ["claude-3-opus", "claude-3-haiku", "claude-3-sonnet", "claude-2", "claude-instant"],
    new ModelTraits(ThinkingMode.None, true, false, false, true, 4096),
  ),
  new ModelFamily(["claude-3-5"], new ModelTraits(ThinkingMode.None, true, false, false, true, SMALL_LIMIT)),
  new ModelFamily(
    ["3-7-sonnet", "sonnet-4-0", "sonnet-4-2", "opus-4-0", "opus-4-2"],
    new ModelTraits(ThinkingMode.Budget, true, false, false, true, LIMIT),
  ),
  new ModelFamily(["opus-4-1", "-4-5"], new ModelTraits(ThinkingMode.Budget, true, true, false, true, LIMIT)),
  new ModelFamily(["-4-6"], new ModelTraits(ThinkingMode.Adaptive, true, true, false, true, LIMIT)),
  new ModelFamily(["-4-7", "-4-8"], new ModelTraits(ThinkingMode.Adaptive, false, true, true, true, LIMIT)),
  new ModelFamily(["-5-1", "-5-5", "fable", "mythos"], NEWEST_TRAITS),
  new ModelFamily(
    ["sonnet-5", "opus-5"],
    new ModelTraits(ThinkingMode.AdaptiveByDefault, false, true, true, true, LIMIT),
  ),
];

/** What a model takes; one whose name is not known is taken for one of the newest. */
export function traitsOf(model: Slice): ModelTraits {
  for (let i = 0; i < FAMILIES.length; i++) {
    const names = FAMILIES[i].names;
    for (let j = 0; j < names.length; j++) if (sliceIncludes(model, names[j])) return FAMILIES[i].traits;
  }
  return NEWEST_TRAITS;
}
