// SPDX-License-Identifier: Apache-2.0
// A plugin that records what the path of a request says, in families of `limit` label sets (3 by default):
// `/<counter|gauge|histogram>/<number>/<model in hexadecimal>/<consumer in hexadecimal>`, and without labels
// `/plain/<number>`, whose metrics are a counter, a gauge and a histogram.
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer, sliceToString } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { HeaderMap } from "../../../../assembly/host/headers";
import { Counter, Gauge, Histogram } from "../../../../assembly/host/metric";
import { CounterFamily, GaugeFamily, HistogramFamily } from "../../../../assembly/host/metric-family";
import { Labels } from "../../../../assembly/host/metric-labels";
import { sendLocalReply } from "../../../../assembly/host/reply";
import { HeadersAction, HttpFilter } from "../../../../assembly/plugin/filter";
import { Plugin } from "../../../../assembly/plugin/plugin";
import { registerPlugin } from "../../../../assembly/plugin/register";

const LIMIT: i64 = 3;

const counter = new Counter("plain_counter_total");
const gauge = new Gauge("plain_gauge");
const histogram = new Histogram("plain_histogram");
let counters = new CounterFamily("requests_total");
let gauges = new GaugeFamily("open_streams");
let histograms = new HistogramFamily("duration_milliseconds");
const labels = new Labels();
const model = new ByteBuffer();
const consumer = new ByteBuffer();

class MetricsFilter extends HttpFilter {
  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const words = sliceToString(headers.get(":path")).split("/");
    const number = <i64>parseInt(words[2]);
    sendLocalReply(200, "metrics.done", "text/plain", textOf(this.record(words, number).toString()));
    return HeadersAction.Continue;
  }

  /** Gives the value of the gauge. */
  private record(words: string[], number: i64): u64 {
    if (words[1] == "plain") {
      counter.add(number);
      gauge.add(number);
      histogram.record(number);
      return gauge.get();
    }
    labels.clear().add("model", bytesOf(words[3], model)).add("consumer", bytesOf(words[4], consumer));
    if (words[1] == "counter") counters.add(labels, number);
    if (words[1] == "histogram") histograms.record(labels, number);
    if (words[1] != "gauge") return 0;
    gauges.add(labels, number);
    return gauges.get(labels);
  }
}

function textOf(text: string): Slice {
  return sliceOfBuffer(String.UTF8.encode(text));
}

function bytesOf(digits: string, out: ByteBuffer): Slice {
  out.clear();
  for (let i = 0; i + 1 < digits.length; i += 2) out.byte(<u32>parseInt(digits.substr(i, 2), 16));
  return out.slice;
}

class Config {
  limit: i32 = 0;
}

class MetricsPlugin extends Plugin<Config> {
  name(): string {
    return "metrics";
  }

  readConfig(reader: ConfigReader, inherited: Config | null): Config {
    const config = new Config();
    config.limit = <i32>reader.integer("limit", LIMIT, 1, 10000);
    return config;
  }

  override onAccepted(config: Config): void {
    counters = new CounterFamily("requests_total", config.limit);
    gauges = new GaugeFamily("open_streams", config.limit);
    histograms = new HistogramFamily("duration_milliseconds", config.limit);
  }

  createFilter(config: Config): HttpFilter | null {
    return new MetricsFilter();
  }
}

registerPlugin<Config>(new MetricsPlugin());
export * from "../../../../assembly/plugin/entry/core";
