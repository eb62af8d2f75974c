// SPDX-License-Identifier: Apache-2.0
import type { Dialect } from "../providers/types.ts";
import { arxiv } from "./arxiv.ts";
import { bing } from "./bing.ts";
import { brave } from "./brave.ts";
import { elasticsearch } from "./elasticsearch.ts";
import { exa } from "./exa.ts";
import { google } from "./google.ts";
import { quark } from "./quark.ts";
import { searxng } from "./searxng.ts";
import { serper } from "./serper.ts";
import { tavily } from "./tavily.ts";

/** The mock engines, by the `type` of ai-search's engines. */
export const engines: Record<string, Dialect> = {
  arxiv,
  bing,
  brave,
  elasticsearch,
  exa,
  google,
  quark,
  searxng,
  serper,
  tavily,
};
