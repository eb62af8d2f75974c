/** A model provider of the gateway. */
export interface Service {
  /** The provider's id in the plugin's configuration, the name of its cluster, and the prefix of its path. */
  id: string;
  /** The environment variable with the API key that enables the real provider; absent if it needs none. */
  keyVariable?: string;
  /** The environment variable with the address that it needs, and the plugin's option for it. */
  url?: { variable: string; option: string };
  /** The mock provider that is used without an API key: its name in tests/providers. */
  dialect: string;
  /** A model to try. */
  model: string;
}

/** A service that envoy/ai-gateway.yaml does not have: it is added if its variables are set. */
export interface FurtherService extends Service {
  /** The plugin's type of provider. */
  type: string;
  /** The host, if no variable sets it. */
  host?: string;
  /** The plugin's options beside the API key. */
  options?: Record<string, string>;
  /** The API to try, if it is not chats. */
  isResponses?: boolean;
}

/** Every service of envoy/ai-gateway.yaml. */
export const SERVICES: (Service & { keyVariable: string })[] = [
  { id: "qwen", keyVariable: "DASHSCOPE_API_KEY", dialect: "dashscope", model: "gpt-4-turbo" },
  { id: "openai", keyVariable: "OPENAI_API_KEY", dialect: "openai", model: "gpt-4o" },
];

/** Every service that can be added. */
export const FURTHER_SERVICES: FurtherService[] = [
  {
    ...{ id: "azure", type: "azure", keyVariable: "AZURE_OPENAI_API_KEY", dialect: "azure", model: "gpt-4o" },
    url: { variable: "AZURE_SERVICE_URL", option: "azureServiceUrl" },
  },
  {
    ...{ id: "moonshot", type: "moonshot", keyVariable: "MOONSHOT_API_KEY", host: "api.moonshot.cn" },
    ...{ dialect: "moonshot", model: "moonshot-v1-8k" },
  },
  {
    ...{ id: "deepseek", type: "deepseek", keyVariable: "DEEPSEEK_API_KEY", host: "api.deepseek.com" },
    ...{ dialect: "deepseek", model: "deepseek-chat" },
  },
  {
    ...{ id: "self-hosted", type: "openai", dialect: "openai-compatible", model: "your-model" },
    url: { variable: "OPENAI_BASE_URL", option: "openaiCustomUrl" },
  },
];

/** The variables that enable a service. */
export function variablesOf({ keyVariable, url }: Service): string[] {
  return [keyVariable, url?.variable].filter((name) => name !== undefined);
}
