import { ChatProtocol } from "../../../assembly/ai/chat-protocol";
import { RequestReader } from "../../../assembly/ai/hub/request-reader";
import { RequestSink } from "../../../assembly/ai/hub/request-sink";
import { GeminiRequestWriter } from "../../../assembly/ai/protocols/gemini/request-writer";
import { MessagesRequestReader } from "../../../assembly/ai/protocols/messages/request-reader";
import { MessagesRequestWriter } from "../../../assembly/ai/protocols/messages/request-writer";
import { ChatRequestReader } from "../../../assembly/ai/protocols/openai-chat/request-reader";
import { ChatRequestWriter } from "../../../assembly/ai/protocols/openai-chat/request-writer";
import { ResponsesRequestReader } from "../../../assembly/ai/protocols/responses/request-reader";
import { ModelTraits, UNKNOWN_MODEL } from "../../../assembly/ai/model-traits";
import { ProviderSettings } from "../config/provider-settings";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";

// One request is translated at a time: all share the readers and writers.
const messagesReader = new MessagesRequestReader();
const chatReader = new ChatRequestReader();
const responsesReader = new ResponsesRequestReader();
const messagesWriter = new MessagesRequestWriter();
const chatWriter = new ChatRequestWriter();
const geminiWriter = new GeminiRequestWriter();

/** The reader of requests in the client's protocol: a line for each; `null` where they are not translated. */
export function requestReader(exchange: Exchange): RequestReader | null {
  switch (exchange.client) {
    case ChatProtocol.OpenAi:
      return chatReader;
    case ChatProtocol.Messages:
      return messagesReader;
    case ChatProtocol.Responses:
      responsesReader.asked = exchange.askedResponse;
      return responsesReader;
    default:
      return null;
  }
}

/** The writer of requests in the provider's protocol, ready for one: a line for each. */
export function requestWriter(exchange: Exchange): RequestSink {
  const settings = exchange.config.settings;
  const known = exchange.traits;
  const traits = known ? known : UNKNOWN_MODEL;
  switch (exchange.upstream) {
    case ChatProtocol.Messages:
      messagesWriter.reset();
      messagesWriter.traits = traits;
      providerOf(exchange).prepareMessages(exchange, messagesWriter);
      return messagesWriter;
    case ChatProtocol.Gemini:
      return geminiWriterFor(settings, traits);
    default:
      return chatWriterFor(settings);
  }
}

function geminiWriterFor(settings: ProviderSettings, traits: ModelTraits): RequestSink {
  const writer = geminiWriter;
  writer.reset();
  writer.traits = traits;
  writer.safetySettings = settings.safetySettings;
  writer.thinkingBudget = settings.thinkingBudget;
  return writer;
}

function chatWriterFor(settings: ProviderSettings): RequestSink {
  const writer = chatWriter;
  writer.reset();
  writer.takesReasoning = settings.takesReasoning;
  writer.takesBudget = settings.takesThinkingBudget;
  writer.takesCacheControl = settings.takesCacheControl;
  writer.takesTopK = settings.takesTopK;
  writer.takesSchema = settings.takesSchema;
  return writer;
}
