// SPDX-License-Identifier: Apache-2.0
// Lets the only cluster of a bootstrap file lead to a loopback port: node --import tsx lead-to-mock.ts FILE PORT
import { readFileSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";

const [file, port] = process.argv.slice(2);
const bootstrap = parse(readFileSync(file, "utf8")) as Bootstrap;
leadToLoopback(bootstrap.static_resources.clusters[0], Number(port));
writeFileSync(file, stringify(bootstrap));
