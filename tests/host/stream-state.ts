// SPDX-License-Identifier: Apache-2.0
import type { StreamContext } from "./contexts.ts";
import type { HeaderMap } from "./header-map.ts";
import type { Attribute, FilterStateEntry } from "./properties.ts";
import { streamAttributes } from "./stream-attributes.ts";
import type { StreamInfo } from "./stream-info.ts";
import type { StreamSettings } from "./stream-options.ts";
import type { Vm } from "./vm.ts";

/** The response maps that all filters of one chain share; null before they came. */
export interface ResponseMaps {
  headers: HeaderMap | null;
  trailers: HeaderMap | null;
}

/** What a plugin can learn of its stream at any moment. */
export class StreamState {
  constructor(
    readonly vm: Vm,
    readonly options: StreamSettings,
    readonly info: StreamInfo,
    readonly maps: ResponseMaps,
  ) {}

  get filterState(): Map<string, FilterStateEntry> {
    return this.info.filterState;
  }

  /** The status of the response as a plugin sees it. */
  get responseCode(): string | undefined {
    return this.maps.headers?.get(":status");
  }

  clearRouteCache(): void {
    this.info.clearRouteCache();
  }

  attributes(name: string, context: StreamContext): Attribute {
    return streamAttributes(this, name, context);
  }
}
