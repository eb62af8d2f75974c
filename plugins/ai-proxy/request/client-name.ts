import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { Feature } from "../../../assembly/ai/model-traits";
import { Exchange } from "../exchange";

/** The protocol of the request that is edited: a chat, where the client's request was translated into one. */
export function editedProtocol(exchange: Exchange): ChatProtocol {
  return exchange.isBridgedFromChat ? ChatProtocol.OpenAi : exchange.client;
}

/** The name that a parameter of OpenAI's chats has in a protocol. */
export function nameIn(protocol: ChatProtocol, name: string): string {
  if (protocol == ChatProtocol.Messages) {
    if (name == "stop") return "stop_sequences";
    if (name == "max_completion_tokens") return "max_tokens";
    if (name == "reasoning_effort") return "thinking";
    if (name == "parallel_tool_calls") return "tool_choice.disable_parallel_tool_use";
  } else if (protocol == ChatProtocol.Responses) {
    if (name == "max_completion_tokens" || name == "max_tokens") return "max_output_tokens";
    if (name == "reasoning_effort") return "reasoning.effort";
  }
  return name;
}

/** The name that the client knows a parameter of OpenAI's chats by. */
export function clientName(exchange: Exchange, name: string): string {
  return nameIn(exchange.client, name);
}

/** Whether messages may have the role `developer`: the provider, or the model, knows it. */
export function knowsDeveloper(exchange: Exchange): bool {
  const traits = exchange.traits;
  return exchange.config.settings.knowsDeveloper || (traits !== null && traits.has(Feature.Developer));
}
