// SPDX-License-Identifier: Apache-2.0
// Paths, keys and versions: https://learn.microsoft.com/en-us/azure/ai-services/openai/reference
// The base path without versions: https://learn.microsoft.com/en-us/azure/ai-foundry/openai/api-version-lifecycle
import { annotatedChunks, annotatedCompletion } from "./azure-content-filter.ts";
import {
  accessDenied,
  deploymentNotFound,
  type AzureError,
  notEntra,
  notSupported,
  resourceNotFound,
  spellAsAzure,
} from "./azure-errors.ts";
import { badRequest } from "./openai-errors.ts";
import { openAiDialect } from "./openai.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "./types.ts";
import { headerOf, type JsonObject, jsonReply, parseObject, pathOf, requestIdOf } from "./wire.ts";

/** APIs of a deployment, and APIs of the resource. */
const deploymentApis = [
  "/chat/completions",
  "/completions",
  "/embeddings",
  "/images/generations",
  "/audio/speech",
  "/audio/transcriptions",
];
const resourceApis = ["/models", "/files", "/batches", "/responses", "/fine_tuning/jobs"];

/** Inference versions, https://learn.microsoft.com/en-us/azure/ai-services/openai/reference#api-specs and its archive. */
const versions = /^(2023-05-15|2024-02-01|2024-06-01|2024-10-21|202[345]-\d\d-\d\d-preview)$/;

/** The deployments of this resource, and the model behind each. */
const deployments: [names: RegExp, model: string][] = [
  [/^gpt-35-turbo-instruct/, "gpt-3.5-turbo-instruct"],
  [/embedding/, "text-embedding-3-small"],
  [/^(gpt-|o\d|dall-e|tts-|whisper|chat-deployment|YOUR_DEPLOYMENT_NAME)/, "gpt-4o-2024-08-06"],
];

/** Azure OpenAI: OpenAI's API with a resource's own paths, API keys, versions, errors and content annotations. */
export function azureDialect(): Dialect {
  return {
    name: "azure",
    handle(request) {
      const refusal = keyProblem(request, pathOf(request).startsWith("/openai/v1/"));
      if (refusal) return refused(refusal, request);
      return route(request) ?? refused(resourceNotFound, request);
    },
  };
}

function route(request: ProviderRequest): ProviderReply | undefined {
  const path = pathOf(request);
  const version = new URLSearchParams(request.path.slice(path.length)).get("api-version");
  if (path.startsWith("/openai/v1/")) {
    const isKnown = version === null || ["v1", "preview", "latest"].includes(version);
    return isKnown ? serve(request, "/openai/v1", [...deploymentApis, ...resourceApis], "v1") : undefined;
  }
  if (version === null || !versions.test(version)) return undefined;
  const scoped = /^(\/openai\/deployments\/([^/]+))(\/.+)$/.exec(path);
  if (!scoped) return serve(request, "/openai", resourceApis, version);
  const [, prefix, deployment, api] = scoped;
  if (!deploymentApis.includes(api)) return undefined;
  if (!deployments.some(([names]) => names.test(decodeURIComponent(deployment)))) {
    return refused(deploymentNotFound, request);
  }
  if (api === "/chat/completions" && deployment.includes("embedding")) return refused(notSupported, request);
  return serve(request, prefix, [api], version, decodeURIComponent(deployment));
}

/** Serves a prefix. The deployment in the path has precedence over the model in the body, which may be absent. */
function serve(
  request: ProviderRequest,
  prefix: string,
  apis: readonly string[],
  version: string,
  deployment?: string,
): ProviderReply | undefined {
  const path = pathOf(request).slice(prefix.length);
  if (!apis.some((api) => path === api || (resourceApis.includes(api) && path.startsWith(`${api}/`)))) return undefined;
  const body = parseObject(request.body);
  const inner = openAiDialect({
    prefix,
    models: new RegExp(deployments.map(([names]) => names.source).join("|")),
    checkKey: () => {},
    checkChat: (chat) => checkVersion(chat, version),
    writeCompletion: annotatedCompletion,
    writeChunks: annotatedChunks,
    spell: (refusal) => spellAsAzure(refusal),
  });
  const named = deployment === undefined || !body ? request : withModel(request, body, deployment);
  return withServedModel(inner.handle(named), String(parseObject(named.body)?.model ?? ""));
}

/**
 * Versions before 2024-09-01-preview support neither: https://github.com/openai/openai-python/issues/1469 and
 * https://github.com/openai/openai-python/issues/1724, and their specifications, which 2024-10-21 follows.
 */
function checkVersion(chat: JsonObject, version: string): void {
  if (version >= "2024-09-01") return;
  const tooNew = ["stream_options", "max_completion_tokens"].find((name) => chat[name] !== undefined);
  if (tooNew !== undefined) throw badRequest(`Unrecognized request argument supplied: ${tooNew}`);
}

const withModel = (request: ProviderRequest, body: JsonObject, model: string): ProviderRequest => ({
  ...request,
  body: Buffer.from(JSON.stringify({ ...body, model })),
});

/** Responses name the model of the deployment. */
function withServedModel(reply: ProviderReply, deployment: string): ProviderReply {
  const served = deployments.find(([names]) => names.test(deployment))?.[1];
  if (served === undefined || reply.headers.some(([name]) => name === "content-encoding")) return reply;
  const asked = `"model":${JSON.stringify(deployment)}`;
  const chunks = reply.chunks.map((chunk) => {
    const text = chunk.toString("latin1");
    return text.includes(asked) ? Buffer.from(text.replaceAll(asked, `"model":"${served}"`), "latin1") : chunk;
  });
  return { ...reply, chunks };
}

/** An API key has its own header. A bearer token must be from Entra ID; the base path without versions also accepts an API key. */
function keyProblem(request: ProviderRequest, bearerKeys: boolean): AzureError | undefined {
  const key = headerOf(request, "api-key");
  const authorization = headerOf(request, "authorization");
  if (authorization !== "") {
    const token = /^Bearer (\S+)$/.exec(authorization)?.[1] ?? "";
    const isEntra = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
    if (!isEntra && (!bearerKeys || key !== "" || token === "" || token.includes("invalid"))) return notEntra;
    if (key === "") return undefined;
  }
  return key === "" || key.includes("invalid") ? accessDenied : undefined;
}

const refused = (error: AzureError, request: ProviderRequest): ProviderReply =>
  jsonReply(error.status, { error: { code: error.code, message: error.message } }, [
    ["apim-request-id", requestIdOf(request)],
  ]);
