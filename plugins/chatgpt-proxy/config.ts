import { SecretSet } from "../../assembly/bytes/secret-set";
import { isVisible } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { CompletionUrl } from "./completion-url";

/** The guarding options: without one of them the key goes elsewhere, or another key is used. */
const GUARDS = ["apiKey", "chatgptUri", "cluster"];

/** The configuration of chatgpt-proxy for a route. */
export class ChatgptProxyConfig {
  /** The URL of the provider. */
  url: CompletionUrl = new CompletionUrl("api.openai.com", "/v1/completions");
  /** The value of the header `authorization`. */
  authorization: string = "";
  /** The key, to be masked in responses; `null` if it is too short. */
  secrets: SecretSet | null = null;
  /** The model of the completion. */
  model: string = "text-davinci-003";
  /** The name of the parameter of the query that is the prompt, in UTF-8. */
  promptParam: ArrayBuffer = String.UTF8.encode("prompt");
  /** The cluster of the call; empty for the route's cluster. */
  cluster: string = "";

  private humanId: string = "Human:";
  private aiId: string = "AI:";

  /** Reads the configuration; a rule or a route inherits the options that it does not set. */
  static read(reader: ConfigReader, inherited: ChatgptProxyConfig | null): ChatgptProxyConfig {
    reader.guards(GUARDS);
    const config = new ChatgptProxyConfig();
    if (inherited) config.inherit(inherited);
    config.readKey(reader);
    config.readUrl(reader);
    config.model = said(reader, "model", config.model);
    const promptParam = said(reader, "promptParam", "");
    if (promptParam.length) config.promptParam = String.UTF8.encode(promptParam);
    config.humanId = said(reader, "HumanId", said(reader, "HumainId", config.humanId));
    config.aiId = said(reader, "AIId", config.aiId);
    if (reader.has("cluster")) config.cluster = reader.requiredText("cluster");
    return config;
  }

  /** The model as a header's value; empty if it cannot be one. */
  get modelInHeader(): string {
    return isVisible(this.model) ? this.model : "";
  }

  /** A stop text: the human's turn. */
  get humanStop(): string {
    return ` ${this.humanId}`;
  }

  /** A stop text: the model's next turn. */
  get aiStop(): string {
    return ` ${this.aiId}`;
  }

  private inherit(from: ChatgptProxyConfig): void {
    this.url = from.url;
    this.authorization = from.authorization;
    this.secrets = from.secrets;
    this.model = from.model;
    this.promptParam = from.promptParam;
    this.cluster = from.cluster;
    this.humanId = from.humanId;
    this.aiId = from.aiId;
  }

  private readKey(reader: ConfigReader): void {
    if (this.authorization.length && !reader.has("apiKey")) return;
    const key = reader.requiredTextOrNumber("apiKey");
    if (!isVisible(key) && key.trim().length) {
      reader.fail("apiKey", "must be ASCII without spaces, and without Bearer, which is put in front of it");
    }
    this.authorization = `Bearer ${key}`;
    this.secrets = SecretSet.of([key]);
    if (!reader.failed && !this.secrets)
      reader.warn("apiKey", "has fewer than 8 bytes: it may be a word, and is not masked in responses");
  }

  private readUrl(reader: ConfigReader): void {
    if (!reader.has("chatgptUri")) return;
    const text = reader.requiredText("chatgptUri");
    if (!text.trim().length) return;
    const url = CompletionUrl.parse(text);
    if (url) this.url = url;
    else reader.fail("chatgptUri", "must be a host and a path, as in https://api.openai.com/v1/completions");
  }
}

/** A text; an empty one has no effect, as in Higress. */
function said(reader: ConfigReader, key: string, fallback: string): string {
  const text = reader.textOrNumber(key, fallback);
  if (!text.length && reader.has(key)) reader.warn(key, "is empty, and has no effect");
  return text.length ? text : fallback;
}
