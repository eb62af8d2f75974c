/** The increase of a counter per second, over a time that Grafana chooses by the scrape interval. */
export const rate = (series: string): string => `rate(${series}[$__rate_interval])`;

/** The increase of a counter in the time that the dashboard shows. */
export const increase = (series: string): string => `increase(${series}[$__range])`;

/** The sum by labels; of all series without one. */
export const sum = (of: string, ...labels: string[]): string =>
  labels.length > 0 ? `sum by (${labels.join(", ")}) (${of})` : `sum(${of})`;

/** A query whose counter exists only after the first event: 0 until then. */
export const orZero = (query: string): string => `${query} or vector(0)`;

/** The percentiles 50, 95 and 99 of a histogram. `series`: its name without `_bucket`, and a selector. */
export const percentiles = (name: string, selector = ""): [expression: string, legend: string][] =>
  [50, 95, 99].map((percentile) => [
    `histogram_quantile(${percentile / 100}, ${sum(rate(`${name}_bucket${selector}`), "le")})`,
    `p${percentile}`,
  ]);

/** One percentile of a histogram for each value of a label. */
export const percentileBy = (percentile: number, label: string, name: string, selector = ""): [string, string] => [
  `histogram_quantile(${percentile / 100}, ${sum(rate(`${name}_bucket${selector}`), "le", label)})`,
  `{{${label}}}`,
];
