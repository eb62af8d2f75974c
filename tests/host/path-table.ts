// SPDX-License-Identifier: Apache-2.0
// Where each provider serves each API, as the providers' own pages say: data for paths.test.ts.

/** One API of OpenAI's, or of those who speak like it: what follows `/v1`, and how it is asked. */
export interface ApiPath {
  tail: string;
  method: "GET" | "POST" | "DELETE";
  body?: "chat" | "embeddings" | "json" | "form";
}

const get = (...tails: string[]): ApiPath[] => tails.map((tail) => ({ tail, method: "GET" }));
const post = (body: ApiPath["body"], ...tails: string[]): ApiPath[] =>
  tails.map((tail) => ({ tail, method: "POST", body }));

/** https://platform.openai.com/docs/api-reference · https://docs.anthropic.com/en/api/messages */
export const APIS: ApiPath[] = [
  ...post("chat", "/chat/completions"),
  ...post("embeddings", "/embeddings"),
  ...post("json", "/completions", "/audio/speech", "/images/generations", "/responses", "/batches", "/videos"),
  ...post("json", "/fine_tuning/jobs", "/messages", "/messages/count_tokens", "/complete", "/rerank", "/reranks"),
  ...post("json", "/conversations", "/batches/batch_1/cancel", "/videos/video_1/remix"),
  ...post("json", "/fine_tuning/jobs/ft_1/cancel", "/fine_tuning/jobs/ft_1/resume", "/fine_tuning/jobs/ft_1/pause"),
  ...post("form", "/audio/transcriptions", "/audio/translations", "/images/edits", "/images/variations", "/files"),
  ...get("/realtime", "/models", "/models/m", "/files/file-1", "/files/file-1/content", "/batches/batch_1"),
  ...get("/responses/resp_1", "/videos/video_1", "/videos/video_1/content", "/fine_tuning/jobs/ft_1"),
  ...get("/fine_tuning/jobs/ft_1/events", "/fine_tuning/jobs/ft_1/checkpoints"),
  ...get("/fine_tuning/checkpoints/c_1/permissions"),
  { tail: "/fine_tuning/checkpoints/c_1/permissions/p_1", method: "DELETE" },
  // Below the others, and without a row of their own.
  ...get("/chat/completions/c_1", "/chat/completions/c_1/messages", "/responses/resp_1/input_items", "/models/org/m"),
  ...get("/messages/batches/b_1", "/vector_stores/vs_1/files", "/assistants", "/threads/t_1/runs/r_1/steps"),
  ...get("/containers/c_1/files/f_1/content", "/evals/e_1", "/conversations/conv_1/items", "/organization/usage/costs"),
  ...post("json", "/responses/resp_1/cancel", "/moderations", "/uploads", "/realtime/client_secrets", "/new_things"),
  ...post("form", "/uploads/u_1/parts", "/skills"),
];

/** What Azure serves below a deployment: https://learn.microsoft.com/azure/ai-foundry/openai/reference */
export const DEPLOYED = [
  "/chat/completions",
  "/completions",
  "/embeddings",
  "/audio/speech",
  "/audio/transcriptions",
  "/audio/translations",
  "/images/generations",
  "/images/edits",
  "/images/variations",
];

/** One way to address a provider, and where it serves the APIs then. */
export interface Address {
  name: string;
  provider: object;
  authority: string;
  /** What takes the place of `/v1`; null where the client's path stays. */
  base: string | null;
  /** The same for what Azure serves below a deployment. */
  deployments?: string;
  /** Where an API goes elsewhere, and `null` where the provider lacks it. */
  own?: Record<string, string | null>;
  /** Where every request goes. */
  always?: string;
  /** What is added to the query. */
  query?: string;
  /** What stands before the client's path. */
  prefix?: string;
}

const openai = { type: "openai", apiToken: "sk-test-openai" };
const azure = { type: "azure", apiToken: "sk-test-azure" };
const qwen = { type: "qwen", apiToken: "sk-test-qwen" };
const AZURE = "https://r.openai.azure.com";
const VERSION = "api-version=2025-03-01-preview";

const all = (tails: string[]): Record<string, null> => Object.fromEntries(tails.map((tail) => [tail, null]));
const tailsBut = (...served: string[]): string[] =>
  APIS.slice(
    0,
    APIS.findIndex(({ tail }) => tail === "/chat/completions/c_1"),
  )
    .map(({ tail }) => tail)
    .filter((tail) => !served.includes(tail));

/** https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope · …/realtime · …/anthropic-api-messages */
const ofQwen: Record<string, string | null> = {
  ...all(
    tailsBut(
      ...[
        "/chat/completions",
        "/completions",
        "/embeddings",
        "/models",
        "/models/m",
        "/responses",
        "/responses/resp_1",
      ],
      ...["/conversations", "/files", "/files/file-1", "/files/file-1/content", "/batches", "/batches/batch_1"],
      "/batches/batch_1/cancel",
    ),
  ),
  "/messages": "/apps/anthropic/v1/messages",
  "/messages/batches/b_1": "/apps/anthropic/v1/messages/batches/b_1",
  "/reranks": "/compatible-api/v1/reranks",
  "/realtime": "/api-ws/v1/realtime",
};
/** https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope · …/text-embedding-synchronous-api · …/text-rerank-api */
const ofDashScope: Record<string, string | null> = {
  ...ofQwen,
  "/chat/completions": "/api/v1/services/aigc/text-generation/generation",
  "/embeddings": "/api/v1/services/embeddings/text-embedding/text-embedding",
  "/reranks": "/api/v1/services/rerank/text-rerank/text-rerank",
};
/** https://docs.vllm.ai/en/stable/serving/online_serving/ */
const ofVllm = all(
  tailsBut(
    ...["/chat/completions", "/completions", "/embeddings", "/models", "/rerank", "/responses", "/responses/resp_1"],
    ...["/audio/transcriptions", "/audio/translations", "/messages", "/messages/count_tokens", "/realtime"],
  ),
);
/** https://platform.moonshot.cn/docs/api/chat · …/api/files · …/guide/agent-support */
const ofMoonshot: Record<string, string | null> = {
  ...all(tailsBut("/chat/completions", "/models", "/models/m", "/files", "/files/file-1", "/files/file-1/content")),
  "/messages": "/anthropic/v1/messages",
  "/messages/batches/b_1": "/anthropic/v1/messages/batches/b_1",
};
/** https://api-docs.deepseek.com/ · …/guides/thinking_mode · …/guides/anthropic_api */
const ofDeepSeek: Record<string, string | null> = {
  ...all(tailsBut("/chat/completions", "/models")),
  "/responses": "/responses",
  "/responses/resp_1": "/responses/resp_1",
  "/messages": "/anthropic/v1/messages",
  "/messages/batches/b_1": "/anthropic/v1/messages/batches/b_1",
};

const one = (name: string, provider: object, authority: string, base: string | null, more: Partial<Address> = {}) => ({
  name,
  provider,
  authority,
  base,
  ...more,
});

/** Each type, by each form of its address. */
export const ADDRESSES: Address[] = [
  one("openai", openai, "api.openai.com", "/v1"),
  one("openai, another domain", { ...openai, providerDomain: "p.example" }, "p.example", "/v1"),
  one("openai, a base path", { ...openai, providerBasePath: "/outer/" }, "api.openai.com", "/outer/v1"),
  one("openai, a prefix removed", { ...openai, basePath: "/ai" }, "api.openai.com", "/v1", { prefix: "/ai" }),
  one(
    "openai, a prefix put there",
    { ...openai, basePath: "/ai", basePathHandling: "prepend" },
    "api.openai.com",
    "/ai/v1",
  ),
  one("custom", { ...openai, openaiCustomUrl: "https://h.example:8443/api/v3" }, "h.example:8443", "/api/v3"),
  one("custom, a slash", { ...openai, openaiCustomUrl: "https://h.example/api/v3/" }, "h.example", "/api/v3"),
  one("custom, the host", { ...openai, openaiCustomUrl: "http://h.example:8000" }, "h.example:8000", "/v1"),
  one(
    "custom, the host and a slash",
    { ...openai, openaiCustomUrl: "http://h.example:8000/" },
    "h.example:8000",
    "/v1",
  ),
  one("custom, a query", { ...openai, openaiCustomUrl: "https://h.example/v9?k=1" }, "h.example", "/v9", {
    query: "k=1",
  }),
  one("custom, one API", { ...openai, openaiCustomUrl: "https://h.example/x/chat/completions" }, "h.example", null, {
    always: "/x/chat/completions",
  }),
  one("qwen", qwen, "dashscope.aliyuncs.com", "/compatible-mode/v1", { own: ofQwen }),
  one("qwen, native", { ...qwen, qwenEnableCompatible: false }, "dashscope.aliyuncs.com", "/compatible-mode/v1", {
    own: ofDashScope,
  }),
  one("qwen, a domain", { ...qwen, qwenDomain: "q.example" }, "q.example", "/compatible-mode/v1", { own: ofQwen }),
  one(
    "qwen, capabilities",
    {
      ...qwen,
      capabilities: {
        "openai/v1/imagegeneration": "/i",
        "openai/v1/retrievefile": "/f/{file_id}/x",
        "openai/v1/responses": "/r",
      },
    },
    "dashscope.aliyuncs.com",
    "/compatible-mode/v1",
    { own: { ...ofQwen, "/images/generations": "/i", "/files/file-1": "/f/file-1/x", "/responses": "/r" } },
  ),
  ...["", "/", "/openai"].map((path) =>
    one(
      `azure, the host${path}`,
      { ...azure, azureServiceUrl: `${AZURE}${path}?${VERSION}` },
      "r.openai.azure.com",
      "/openai",
      {
        deployments: "/openai/deployments/m",
        query: VERSION,
      },
    ),
  ),
  ...["", "/", "/chat/completions"].map((path) =>
    one(
      `azure, a deployment${path}`,
      { ...azure, azureServiceUrl: `${AZURE}/openai/deployments/X${path}?${VERSION}` },
      "r.openai.azure.com",
      "/openai",
      { deployments: "/openai/deployments/X", query: VERSION },
    ),
  ),
  one(
    "azure, without a version",
    { ...azure, azureServiceUrl: `${AZURE}/openai/v1` },
    "r.openai.azure.com",
    "/openai/v1",
  ),
  one("azure, another path", { ...azure, azureServiceUrl: `${AZURE}/my/own?${VERSION}` }, "r.openai.azure.com", null, {
    always: "/my/own",
    query: VERSION,
  }),
  one("moonshot", { type: "moonshot", apiToken: "sk-test-moonshot" }, "api.moonshot.cn", "/v1", { own: ofMoonshot }),
  one("deepseek", { type: "deepseek", apiToken: "sk-test-deepseek" }, "api.deepseek.com", "/v1", { own: ofDeepSeek }),
  one("vllm", { type: "vllm" }, "vllm-service.cluster.local", "/v1", { own: ofVllm }),
  one("vllm, a host", { type: "vllm", vllmServerHost: "v.example:8000" }, "v.example:8000", "/v1", { own: ofVllm }),
  one("vllm, custom", { type: "vllm", vllmCustomUrl: "http://v.example/s/v1/" }, "v.example", "/s/v1", { own: ofVllm }),
  one("vllm, the host and a slash", { type: "vllm", vllmCustomUrl: "http://v.example/" }, "v.example", "/v1", {
    own: ofVllm,
  }),
  one("ollama", { type: "ollama", ollamaServerHost: "o.example" }, "o.example:11434", "/v1"),
  one("generic", { type: "generic" }, "gateway.example", null),
  one("generic, a host", { type: "generic", genericHost: "g.example" }, "g.example", null),
  one("the provider's own protocol", { ...openai, protocol: "original" }, "api.openai.com", null),
];
