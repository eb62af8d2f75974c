import { masked } from "./secrets.ts";

/** An error or a warning about a file. */
export interface Finding {
  file: string;
  line: number;
  severity: "error" | "warning";
  /** What is wrong, after the path of the value. */
  message: string;
}

/** What a filter entry or a resource that fails open risks. */
export const FAILS_OPEN = "lets requests pass without the plugin while its VM is down, or its module cannot be loaded";

/** A finding as one line, such as `envoy.yaml:12: error: key-auth: $.keys is required`, without the secrets. */
export const findingText = ({ file, line, severity, message }: Finding, secrets: string[] = []): string =>
  masked(`${file}:${line}: ${severity}: ${message}`, secrets);

/** Whether any of the findings is an error. */
export const hasErrors = (findings: Finding[]): boolean => findings.some(({ severity }) => severity === "error");

/** The findings in the order of their lines, each once. */
export function inOrder(findings: Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings
    .filter((finding) => {
      const text = findingText(finding);
      return !seen.has(text) && seen.add(text);
    })
    .sort((a, b) => a.line - b.line);
}
