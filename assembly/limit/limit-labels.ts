import { CONSUMER_STATE, MODEL_HEADER } from "../ai/contract";
import { ABSENT } from "../bytes/slice";
import { FilterState } from "../host/filter-state";
import { responseHeaders } from "../host/headers";
import { LabelValues, otherValue } from "../host/label-values";
import { Labels } from "../host/metric-labels";

/** The most consumers and models that a VM names in metrics. Envoy never removes a metric. */
const MOST_CONSUMERS: i32 = 500;
const MOST_MODELS: i32 = 100;
const identity = new FilterState(CONSUMER_STATE);
const consumers = new LabelValues(MOST_CONSUMERS);
const models = new LabelValues(MOST_MODELS);

/**
 * Adds the label `consumer` of the current stream: the consumer that key-auth has identified; `none` without one, `other` after the
 * first `MOST_CONSUMERS`. No header of the client is read.
 */
export function addConsumer(labels: Labels): Labels {
  return labels.add("consumer", consumers.of(identity.get()));
}

/**
 * Adds the label `model` of the current stream: the model that ai-proxy names in the response header, if there is one; else, and after the
 * first `MOST_MODELS`, `other`. `isServed`: the response is no error, and has the header. The name of a model that a provider refuses does
 * not become a label.
 */
export function addModel(labels: Labels, isServed: bool): Labels {
  const model = isServed ? responseHeaders.first(MODEL_HEADER) : ABSENT;
  return labels.add("model", model == ABSENT ? otherValue() : models.of(model));
}
