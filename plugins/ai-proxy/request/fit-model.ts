import { Api } from "../../../assembly/ai/api";
import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { Exchange } from "../exchange";
import { editedProtocol } from "./client-name";
import { asksForEffort, fitEffort } from "./fit-effort";
import { asksForThinking, fitThinking } from "./fit-thinking";
import { lowerLimit } from "./output-limit";
import { allowsParameters, applyRules } from "./parameter-rules";

/** Looks up what is known of the model of a chat; `false` if the request has a parameter that it must not get. */
export function readTraits(exchange: Exchange, request: JsonDocument): bool {
  const known = exchange.config.known;
  if (!known.any || !isChat(exchange.api)) return true;
  const traits = known.find(exchange.model.slice);
  exchange.traits = traits;
  return traits === null || allowsParameters(exchange, traits, request);
}

/**
 * Changes what a request asks of its model into what the model takes: parameters, the limit of the response and, unless the
 * request becomes one of another protocol, reasoning. Returns whether anything changed; `exchange.dropped` says what.
 */
export function fitModel(exchange: Exchange, request: JsonDocument, isTranslated: bool, edit: JsonEdit): bool {
  const traits = exchange.traits;
  if (traits === null) return false;
  const isMessages = editedProtocol(exchange) == ChatProtocol.Messages;
  const reasons = !isTranslated && (isMessages ? asksForThinking(request) : asksForEffort(exchange, request));
  let changed = applyRules(exchange, traits, reasons, request, edit);
  if (traits.mostTokens && lowerLimit(exchange, traits.mostTokens, request, edit)) changed = true;
  if (isTranslated) return changed;
  const isFitted = isMessages
    ? fitThinking(exchange, traits, request, edit)
    : fitEffort(exchange, traits, request, edit);
  return isFitted || changed;
}

function isChat(api: Api): bool {
  return api == Api.ChatCompletions || api == Api.Messages || api == Api.CountTokens || api == Api.Responses;
}
