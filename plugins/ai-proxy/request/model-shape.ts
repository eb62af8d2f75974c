import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { ABSENT, sliceEquals } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";
import { MESSAGES_CLIENTS, MESSAGES_PROVIDERS } from "../config/built-protocols";
import { Protocol } from "../config/provider-config";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";

/**
 * Chooses the shape of a list of models: Anthropic's for clients that name its version, as all of Messages do, else OpenAI's. A list that
 * the provider has in the other one is translated. https://platform.claude.com/docs/en/api/versioning
 */
export function chooseModelShape(exchange: Exchange, headers: HeaderMap): void {
  if (!MESSAGES_CLIENTS && !MESSAGES_PROVIDERS) return;
  if (exchange.config.protocol == Protocol.Original || !sliceEquals(headers.get(":method"), "GET")) return;
  const isForMessages = MESSAGES_CLIENTS && headers.get("anthropic-version") != ABSENT;
  const isOfMessages = MESSAGES_PROVIDERS && providerOf(exchange).listsAnthropicModels;
  exchange.client = isForMessages ? ChatProtocol.Messages : ChatProtocol.OpenAi;
  exchange.upstream = isOfMessages ? ChatProtocol.Messages : ChatProtocol.OpenAi;
  exchange.wasTranslated = exchange.isBridged;
  if (!isForMessages || isOfMessages) return;
  const edits = exchange.headers;
  edits.remove("anthropic-version");
  edits.remove("anthropic-beta");
  edits.remove("x-api-key");
}
