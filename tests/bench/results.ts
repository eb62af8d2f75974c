/** What `make bench` writes to tests/bench/results/latest.json. */
export interface Results {
  date: string;
}
