// ai-proxy with one more provider, made of the provider interface alone: a binary event stream and signed requests.
import { PROVIDERS } from "../../../../plugins/ai-proxy/providers";
import { converse } from "./provider";

PROVIDERS.push(converse);
export * from "../../../../plugins/ai-proxy";
