import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./plugins.ts";
import { compatibleSettings, type CompatibleSettings } from "./provider-settings.ts";
import { listedProviders } from "./providers.ts";

/** The paths of APIs below `/v1`, for the table; a name that is not here is shown as it is. */
const PATHS: Record<string, string> = {
  ChatCompletions: "chat",
  Completions: "completions",
  Embeddings: "embeddings",
  Models: "models",
  RetrieveModel: "models/X",
  Responses: "responses",
  Messages: "messages",
  CountTokens: "count_tokens",
  CohereRerank: "rerank",
  ImageGeneration: "images",
  AudioSpeech: "speech",
  AudioTranscription: "transcriptions",
  AudioTranslation: "translations",
};

/** Writes the providers that are nothing but settings as a Markdown table. */
export function compatibleTable(): string {
  const rows = listedProviders().flatMap((provider) => {
    const settings = compatibleSettings(provider);
    return settings ? [rowOf(settings, readFileSync(join(root, provider.file), "utf8"))] : [];
  });
  const head =
    "| type | what it is | host, and what replaces `/v1` | APIs | native protocols | dropped or renamed | page |";
  return [head, "|---|---|---|---|---|---|---|", ...rows].join("\n");
}

function rowOf(settings: CompatibleSettings, text: string): string {
  const comment = /\/\*\* ([\s\S]*?) (https:\S+) \*\//.exec(text);
  const apis = [...(settings.apis ?? []), ...(settings.paths ?? []).map(({ api }) => api)];
  const columns = [
    `\`${settings.type}\``,
    (comment?.[1] ?? "").replace(/\.$/, ""),
    placeOf(settings),
    apis.map((api) => PATHS[api] ?? api).join(", ") || "–",
    nativeOf(settings),
    changesOf(settings),
    comment ? `[page](${comment[2]})` : "",
  ];
  return `| ${columns.join(" | ")} |`;
}

function placeOf({ address, hostOption, urlOption, baseOptions = [] }: CompatibleSettings): string {
  const options = [urlOption, hostOption].filter(Boolean).map((option) => `\`${option}\``);
  const bases = baseOptions.map(({ option, base }) => `\`${base}\` with \`${option}\``);
  const slash = address?.indexOf("/") ?? -1;
  const place = address ? `${address.slice(0, slash)} \`${address.slice(slash)}\`` : "";
  return [place, ...options, ...bases].filter(Boolean).join(", or ");
}

function nativeOf({ messagesBase, responsesBase }: CompatibleSettings): string {
  const native = [
    ...(messagesBase === undefined ? [] : [`Messages: \`${messagesBase}/messages\``]),
    ...(responsesBase === undefined ? [] : [`Responses: \`${responsesBase}/responses\``]),
  ];
  return native.join("<br>") || "–";
}

function changesOf({ drops, keepsFor, renames = [], limitField }: CompatibleSettings): string {
  const dropped = drops
    ? drops
        .split(" ")
        .map((name) => `\`${name}\``)
        .join(", ")
    : "";
  const limits = ["max_tokens", "max_completion_tokens"];
  const changes = [
    ...(dropped ? [dropped + (keepsFor ? ` (not for models with \`${keepsFor}\`)` : "")] : []),
    ...renames.map(({ from, to }) => `\`${from}\` → \`${to}\``),
    ...(limitField ? [`\`${limits.find((name) => name !== limitField)}\` → \`${limitField}\``] : []),
  ];
  return changes.join("; ") || "–";
}
