import { Kind, readKind } from "../../../assembly/config/kinds";
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

/** All services, by their names. */
const TYPES: Kind<Checker>[] = [
  new Kind<Checker>("aliyun", Aliyun.read),
  new Kind<Checker>("azure", AzureContentSafety.read),
  new Kind<Checker>("bedrock", BedrockGuardrail.read),
  new Kind<Checker>("judge", Judge.read),
  new Kind<Checker>("lakera", Lakera.read),
  new Kind<Checker>("openai", OpenAiModeration.read),
  new Kind<Checker>("presidio", Presidio.read),
  new Kind<Checker>("webhook", Webhook.read),
];

/**
 * Reads the object of a service, whose `type` says which it is; `null` if it names none. A checker that was
 * read with other errors is not used: the configuration is refused.
 */
export function readChecker(reader: ConfigReader): Checker | null {
  return readKind<Checker>(TYPES, [], reader);
}

/** Reads Higress's options, which name no service. */
export function readAliyun(reader: ConfigReader): Checker {
  return Aliyun.read(reader);
}
