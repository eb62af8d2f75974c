import { ConfigReader } from "../../../assembly/config/reader";
import { Aliyun } from "./aliyun";
import { AzureContentSafety } from "./azure";
import { BedrockGuardrail } from "./bedrock";
import { Checker } from "./checker";
import { Judge } from "./judge";
import { Lakera } from "./lakera";
import { OpenAiModeration } from "./openai";
import { Presidio } from "./presidio";
import { Webhook } from "./webhook";

/** A service: the value of `type`, and what reads its options. */
class CheckerType {
  constructor(
    readonly name: string,
    readonly read: (reader: ConfigReader) => Checker,
  ) {}
}

/** All services, by their names. */
const TYPES: CheckerType[] = [
  new CheckerType("aliyun", Aliyun.read),
  new CheckerType("azure", AzureContentSafety.read),
  new CheckerType("bedrock", BedrockGuardrail.read),
  new CheckerType("judge", Judge.read),
  new CheckerType("lakera", Lakera.read),
  new CheckerType("openai", OpenAiModeration.read),
  new CheckerType("presidio", Presidio.read),
  new CheckerType("webhook", Webhook.read),
];

/**
 * Reads the object of a service, whose `type` says which it is; `null` if it names none. A checker that was
 * read with other errors is not used: the configuration is refused.
 */
export function readChecker(reader: ConfigReader): Checker | null {
  const name = reader.requiredText("type");
  const names: string[] = [];
  for (let i = 0; i < TYPES.length; i++) {
    if (TYPES[i].name == name) return TYPES[i].read(reader);
    names.push(TYPES[i].name);
  }
  if (name.trim().length) reader.fail("type", `must be one of ${names.join(", ")}`);
  return null;
}

/** Reads Higress's options, which name no service. */
export function readAliyun(reader: ConfigReader): Checker {
  return Aliyun.read(reader);
}
