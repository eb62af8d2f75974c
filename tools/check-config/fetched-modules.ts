import { walk, wasmConfig } from "../config/envoy-file.ts";
import type { Finding } from "../config/finding.ts";
import { pathText, type YamlDocument } from "../config/yaml-file.ts";

type Json = Record<string, any>;

/** The module of a filter that Envoy fetches, and where it is written. */
interface Fetched {
  vm: string;
  module: string;
  place: string;
}

/**
 * The modules that Envoy fetches (`code.remote`) share no `vm_id`, and one of them at most has none: Envoy runs the module of a
 * `vm_id` that it has loaded first in the place of the others, and a check of keys is then gone. Not of images (`oci://`), which
 * Istio's agent replaces by files.
 */
export function checkFetchedModules(documents: YamlDocument[]): Finding[] {
  const seen: Fetched[] = [];
  const findings: Finding[] = [];
  for (const document of documents) {
    walk(document.value, [], (value, path) => {
      const filter = wasmConfig(value);
      const vmKey = filter && "vmConfig" in filter.config ? "vmConfig" : "vm_config";
      const vm = filter?.config[vmKey] as Json | undefined;
      const remote = vm?.code?.remote as Json | undefined;
      const uri = String((remote?.http_uri ?? remote?.httpUri)?.uri ?? "");
      if (!filter || !vm || !remote || uri.startsWith("oci://")) return;
      const id = vm.vm_id ?? vm.vmId;
      const at = [...path, ...filter.path, vmKey, "vmId" in vm ? "vmId" : "vm_id"];
      const line = document.lineOf(at);
      const own = {
        vm: JSON.stringify([id ?? "", vm.configuration ?? null]),
        module: String(remote.sha256 ?? uri),
        place: `${document.file}:${line}`,
      };
      const other = seen.find((one) => one.vm === own.vm && one.module !== own.module);
      seen.push(own);
      if (!other) return;
      const fault = id ? "must be another one" : "is required";
      const message = `${pathText(at)} ${fault}: the module of ${other.place} has the same, and Envoy runs one of two fetched modules for both`;
      findings.push({ file: document.file, line, severity: "error", message });
    });
  }
  return findings;
}
