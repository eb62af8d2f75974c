// SPDX-License-Identifier: Apache-2.0
// Bodies as reported in public: https://github.com/MicrosoftDocs/azure-docs/issues/114602 (404 without api-version),
// https://github.com/MicrosoftDocs/azure-docs/issues/114013 (deployment), https://github.com/SciSharp/BotSharp/issues/386 (key)
import { blockedAnnotations } from "./azure-content-filter.ts";
import type { OpenAiRefusal, Spelling } from "./openai-errors.ts";

/** An error of Azure's front end, which has fewer fields than OpenAI's. */
export interface AzureError {
  status: number;
  code: string;
  message: string;
}

/** 404 for a path that the resource does not have; also for an absent or unknown version. */
export const resourceNotFound: AzureError = { status: 404, code: "404", message: "Resource not found" };

/** 401 without an API key, or with the key of another resource. */
export const accessDenied: AzureError = {
  status: 401,
  code: "401",
  message:
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an " +
    "active subscription and use a correct regional API endpoint for your resource.",
};

/** 401 for a bearer token that Entra ID has not issued. */
export const notEntra: AzureError = {
  status: 401,
  code: "Unauthorized",
  message:
    "Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired.",
};

/** 400 for a chat with a deployment of a model that is not for chats. */
export const notSupported: AzureError = {
  status: 400,
  code: "OperationNotSupported",
  message:
    "The chatCompletion operation does not work with the specified model, text-embedding-3-small. " +
    "Please choose different model and try again.",
};

/** 404 for a deployment that the resource does not have. */
export const deploymentNotFound: AzureError = {
  status: 404,
  code: "DeploymentNotFound",
  message:
    "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, " +
    "please wait a moment and try again.",
};

const tooMany =
  "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-02-01 have exceeded call rate " +
  "limit of your current OpenAI S0 pricing tier. Please retry after 20 seconds.";

/** Converts an error of OpenAI's dialect to Azure's text; errors inside a body keep OpenAI's text. */
export function spellAsAzure(refusal: OpenAiRefusal): Spelling {
  const { status, code } = refusal;
  if (code === "model_not_found") return spelling(404, deploymentNotFound.code, deploymentNotFound.message);
  if (status === 429) return spelling(429, "429", tooMany);
  if (code === "invalid_prompt") return filtered;
  if (status === 500) return spelling(500, "InternalServerError", "Backend returned unexpected response.");
  if (status === 503) return spelling(503, "503", "The service is temporarily unable to process your request.");
  return { status, body: { error: refusal.error } };
}

const spelling = (status: number, code: string, message: string): Spelling => ({
  status,
  body: { error: { code, message } },
});

/** https://learn.microsoft.com/en-us/azure/ai-services/openai/concepts/content-filter */
const filtered: Spelling = {
  status: 400,
  body: {
    error: {
      message:
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. " +
        "Please modify your prompt and retry.",
      type: null,
      param: "prompt",
      code: "content_filter",
      status: 400,
      innererror: { code: "ResponsibleAIPolicyViolation", content_filter_result: blockedAnnotations },
    },
  },
};
