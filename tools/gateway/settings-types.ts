import type { FurtherService } from "./services.ts";

/** A service that is added to those of envoy/ai-gateway.yaml. */
export interface Addition {
  service: FurtherService;
  /** Its address, if a variable sets it. */
  url?: string;
}

/** Thrown with a message of one line that says what to change. */
export class SettingsError extends Error {}
