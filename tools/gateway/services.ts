/** A model provider that the gateway can serve from, by its id in envoy/ai-gateway.yaml. */
export interface Service {
  /** The provider's id in the plugin's configuration, and the name of its cluster. */
  id: string;
  /** The environment variable with the key that switches the real provider on. */
  keyVariable: string;
  /** The mock provider that answers where there is no key: its name in tests/providers. */
  dialect: string;
  /** A model to try. */
  model: string;
}

/** Every service of envoy/ai-gateway.yaml. */
export const SERVICES: Service[] = [
  { id: "qwen", keyVariable: "DASHSCOPE_API_KEY", dialect: "dashscope", model: "gpt-4-turbo" },
  { id: "openai", keyVariable: "OPENAI_API_KEY", dialect: "openai", model: "gpt-4o" },
];
