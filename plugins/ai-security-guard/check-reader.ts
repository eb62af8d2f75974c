import { PromptRole } from "../../assembly/ai/prompt/role";
import { isVisible } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { Check, CheckAction } from "./check";
import { readAliyun, readChecker } from "./checkers/index";

const SIDES = ["request", "response"];
const ROLES = ["user", "assistant", "system", "tool"];
const ROLES_AS: PromptRole[] = [PromptRole.User, PromptRole.Assistant, PromptRole.System, PromptRole.Tool];
const MODES = ["last", "all"];
const ACTIONS = ["block", "mask", "alert", "annotate"];
const ERRORS = ["pass", "block"];
const TIMEOUT: i64 = 2000;
const MOST_TIMEOUT: i64 = 60_000;

/** Reads the check that Higress's options describe; `null` after an error. */
export function readAliyunCheck(reader: ConfigReader): Check | null {
  const checker = readAliyun(reader);
  if (!checker) return null;
  const check = new Check(checker);
  check.name = "aliyun";
  check.checksRequest = reader.booleanOrText("checkRequest", false);
  check.checksResponse = reader.booleanOrText("checkResponse", false);
  check.checksImages = reader.booleanOrText("checkRequestImage", false);
  // The checker blocks what its `riskAction` does not mask.
  check.action = CheckAction.Mask;
  readCommon(reader, check);
  return check;
}

/** Reads an item of `checks`; `null` after an error. */
export function readCheck(reader: ConfigReader): Check | null {
  const name = reader.requiredText("name");
  if (name.length && !isVisible(name)) reader.fail("name", "must be printable ASCII without blanks");
  const provider = reader.object("provider");
  if (!provider) {
    if (!reader.has("provider")) reader.fail("provider", "is required");
    return null;
  }
  const checker = readChecker(provider);
  if (!checker) return null;
  const check = new Check(checker);
  check.name = name;
  readSides(reader, check);
  check.checksImages = reader.boolean("images", false);
  check.action = <CheckAction>reader.choice("action", ACTIONS, CheckAction.Block);
  check.roles = rolesOf(reader);
  check.checksAll = reader.choice("mode", MODES, 0) == 1;
  readCommon(reader, check);
  return check;
}

function readCommon(reader: ConfigReader, check: Check): void {
  check.blocksOnError = reader.choice("on_error", ERRORS, 0) == 1;
  check.timeoutMilliseconds = <i32>reader.integerOrText("timeout", TIMEOUT, 1, MOST_TIMEOUT);
}

function readSides(reader: ConfigReader, check: Check): void {
  reader.refuseEmptyList("on");
  const sides = reader.texts("on");
  check.checksRequest = !sides.length;
  for (let i = 0; i < sides.length; i++) {
    const side = SIDES.indexOf(sides[i]);
    if (side < 0) reader.fail(`on[${i}]`, `must be one of ${SIDES.join(", ")}`);
    else if (side == 0) check.checksRequest = true;
    else check.checksResponse = true;
  }
}

/** The roles as bits; all of them if none is named. */
function rolesOf(reader: ConfigReader): u32 {
  reader.refuseEmptyList("roles");
  const names = reader.texts("roles");
  let roles: u32 = names.length ? 0 : u32.MAX_VALUE;
  for (let i = 0; i < names.length; i++) {
    const role = ROLES.indexOf(names[i]);
    if (role < 0) reader.fail(`roles[${i}]`, `must be one of ${ROLES.join(", ")}`);
    else roles |= 1 << ROLES_AS[role];
  }
  return roles;
}
