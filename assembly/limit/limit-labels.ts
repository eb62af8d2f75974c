import { CONSUMER_STATE } from "../ai/contract";
import { ByteBuffer } from "../bytes/buffer";
import { Slice, slicesEqual, sliceSize } from "../bytes/slice";
import { FilterState } from "../host/filter-state";
import { LabelValues, LONGEST_VALUE, otherValue } from "../host/label-values";
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
 * The labels `consumer` (see `addConsumer`) and `model` of the current stream: `model` is what ai-proxy names in the header of a response that is no
 * error, since the name of a model that a provider refuses does not become a label; `other` if it is empty, and after the first `MOST_MODELS`.
 * Valid until the next call, which often finds that the labels are the same.
 */
export function consumerAndModel(model: Slice): Labels {
  const consumer = identity.get();
  if (latest.isOf(consumer, model)) return latest.labels;
  const labels = latest.labels.clear().add("consumer", consumers.of(consumer));
  latest.keep(consumer, model);
  return labels.add("model", sliceSize(model) ? models.of(model) : otherValue());
}

/** The labels of one stream, with what they were made of. */
class LatestLabels {
  readonly labels: Labels = new Labels();
  private readonly consumer: ByteBuffer = new ByteBuffer();
  private readonly model: ByteBuffer = new ByteBuffer();
  private isKept: bool = false;

  isOf(consumer: Slice, model: Slice): bool {
    return this.isKept && slicesEqual(consumer, this.consumer.slice) && slicesEqual(model, this.model.slice);
  }

  /** Longer names are not kept: no label has them. */
  keep(consumer: Slice, model: Slice): void {
    this.isKept = sliceSize(consumer) <= LONGEST_VALUE && sliceSize(model) <= LONGEST_VALUE;
    if (!this.isKept) return;
    this.consumer.clear();
    this.consumer.append(consumer);
    this.model.clear();
    this.model.append(model);
  }
}

const latest = new LatestLabels();
