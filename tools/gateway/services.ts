/** A model provider that the gateway can serve from. */
export interface Service {
  /** The provider's id in the plugin's configuration, the name of its cluster, and the prefix of its path. */
  id: string;
  /** The environment variable with the key that switches the real provider on; absent where it needs none. */
  keyVariable?: string;
  /** The environment variable with the address that it needs, and the option of the plugin that takes it. */
  url?: { variable: string; option: string };
  /** The mock provider that answers where there is no key: its name in tests/providers. */
  dialect: string;
  /** A model to try. */
  model: string;
}

/** A service that envoy/ai-gateway.yaml does not have: it is added where its variables are set. */
export interface FurtherService extends Service {
  /** The plugin's type of provider. */
  type: string;
  /** The host, where no variable names it. */
  host?: string;
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

/** The variables that switch a service on. */
export function variablesOf({ keyVariable, url }: Service): string[] {
  return [keyVariable, url?.variable].filter((name) => name !== undefined);
}
