// SPDX-License-Identifier: Apache-2.0
import { inAll, script, text, type Scenario } from "./scenario.ts";

/** What does not belong to the stream: shared data, metrics, clock, foreign functions; and properties of plugins. */
export const systemScenarios: Scenario[] = [
  {
    name: "clock-and-log",
    script: inAll("time; level; log 9 x; done", { request_headers: "log 1 debug; log 5 critical; log 2 " }),
    reply: text("answer"),
  },
  {
    name: "shared-data",
    script: script({
      request_headers: "shared key; share key one 0; share key two 999999; shared none; share key two 0",
      response_headers: "share other x 5; share empty  0",
    }),
    reply: text("answer"),
  },
  {
    name: "metrics",
    script: script({
      request_headers: [
        "metric 0 a_counter; metric 1 a_gauge; metric 2 a_histogram; metric 3 other; metric 0 a_counter",
        "increment 4 3; increment 4 0; increment 4 -1; value 4; record 4 2; value 4; value 8; increment 5 5; increment 5 -2",
        "value 5; record 5 7; value 5; record 6 9; value 6; increment 6 1; increment 400 1; record 400 1; value 400; value 401",
      ].join("; "),
    }),
    reply: text("answer"),
  },
  {
    name: "properties",
    script: inAll("prop mine; setprop mine set; prop mine; prop filter_state/wasm.mine"),
    reply: text("answer"),
  },
  {
    name: "declared-properties",
    script: inAll(
      "prop once; setprop once first; setprop once second; prop once; setprop many 1; setprop many 2; prop many",
      {
        configure: "declare once 1 1 1; declare many 0 1 1; declare many 0 1 1",
      },
    ),
    reply: text("answer"),
  },
  {
    name: "foreign-functions",
    script: inAll("foreign nothing x; foreign clear_route_cache; foreign declare_property x; foreign uncompress x"),
    reply: text("answer"),
  },
  {
    name: "queues",
    script: script({ request_headers: "findqueue q; enqueue 77 x; dequeue 77" }),
    reply: text("answer"),
  },
];
