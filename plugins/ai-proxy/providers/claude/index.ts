import { ChatProtocol } from "../../../../assembly/ai/chat-protocol";
import { MessagesRequestWriter } from "../../../../assembly/ai/protocols/messages/request-writer";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { JsonDocument } from "../../../../assembly/json/document";
import { jsonGet } from "../../../../assembly/json/value";
import { ApiToken } from "../../config/api-token";
import { ProviderOptions } from "../../config/provider-type";
import { Exchange } from "../../exchange";
import { Api, asksForMessage, OpenAiCompatible } from "../../openai-compatible";
import { ClaudeOptions } from "./options";

const PATH = "/v1/messages";
const CODE_PATH = "/v1/messages?beta=true";

/**
 * Anthropic's Claude, by its Messages API, into which chats are translated, or by its OpenAI endpoint.
 * https://platform.claude.com/docs/en/api/messages https://platform.claude.com/docs/en/api/openai-sdk
 */
class Claude extends OpenAiCompatible {
  override readOptions(reader: ConfigReader): ProviderOptions {
    return ClaudeOptions.read(reader);
  }

  override chatProtocol(exchange: Exchange): ChatProtocol {
    return optionsOf(exchange).compatible ? ChatProtocol.OpenAi : ChatProtocol.Messages;
  }

  override writePath(exchange: Exchange, out: ByteBuffer): bool {
    const isMessage = exchange.api == Api.ChatCompletions || exchange.api == Api.Messages;
    if (!isMessage || exchange.upstream != ChatProtocol.Messages) return super.writePath(exchange, out);
    out.text(optionsOf(exchange).isCode ? CODE_PATH : PATH);
    return true;
  }

  override get listsAnthropicModels(): bool {
    return true;
  }

  override authorize(token: ApiToken, exchange: Exchange): void {
    if (optionsOf(exchange).isCode) exchange.headers.set("authorization", sliceOfBuffer(token.header));
    else super.authorize(token, exchange);
  }

  /** https://platform.claude.com/docs/en/api/versioning */
  override addHeaders(exchange: Exchange): void {
    const options = optionsOf(exchange);
    if (!asksForMessage(exchange)) return;
    const edits = exchange.headers;
    if (exchange.isBridged || options.isVersionGiven) edits.setText("anthropic-version", options.version);
    if (!options.isCode) return;
    edits.setText("user-agent", "claude-cli/2.1.2 (external, cli)");
    edits.setText("x-app", "cli");
    edits.setText("anthropic-beta", "oauth-2025-04-20,interleaved-thinking-2025-05-14,claude-code-20250219");
  }

  override prepareMessages(exchange: Exchange, writer: MessagesRequestWriter): void {
    writer.standardSystem = optionsOf(exchange).isCode
      ? "You are Claude Code, Anthropic's official CLI for Claude."
      : "";
  }

  override errorCode(response: JsonDocument): Slice {
    return jsonGet(response.get("error"), "type");
  }
}

/** The type `claude`. */
export const claude = new Claude({
  type: "claude",
  address: "api.anthropic.com/v1",
  apis: [Api.ChatCompletions, Api.CountTokens, Api.Models, Api.RetrieveModel],
  messagesBase: "/v1",
  messagesTokenHeader: "x-api-key",
  isAnthropic: true,
});

function optionsOf(exchange: Exchange): ClaudeOptions {
  return exchange.config.options as ClaudeOptions;
}
