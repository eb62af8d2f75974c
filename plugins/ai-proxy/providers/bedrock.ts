import { Api, OpenAiCompatible } from "../openai-compatible";

/** Amazon Bedrock, by its OpenAI endpoints. https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html */
export const bedrock = new OpenAiCompatible({
  type: "bedrock",
  address: "bedrock-runtime.{awsRegion}.amazonaws.com/openai/v1",
  apis: [Api.ChatCompletions],
  responsesBase: "/openai/v1",
});
