import { errorCodes } from '@otr/protocol';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type CounterName, counters, type Metrics, type Outcome } from './metrics.ts';

/** What is asked for when somebody looks. */
export interface MetricSources {
  connections(): number;
  /** Rooms that a connection of this process listens to. */
  rooms(): number;
  isFanoutHealthy(): boolean;
}

const outcomes: readonly Outcome[] = ['appended', 'known', 'stored', 'admitted', 'refused'];

/** The relay's metrics and those of its process, as Prometheus reads them. */
export function registryOf(metrics: Metrics, sources: MetricSources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  observeBatches(registry, metrics);
  for (const [name, help] of Object.entries(counters)) {
    // The keys of `counters` are its names.
    addCounter(registry, spelt(name), help, () => metrics.counted(name as CounterName));
  }
  addLabelled(registry, 'writes', 'Writes by what became of them.', 'outcome', outcomes, (outcome) =>
    metrics.writes(outcome),
  );
  addLabelled(registry, 'refusals', 'Refused requests by code.', 'code', errorCodes, (code) =>
    metrics.refusals(code),
  );
  addGauge(registry, 'connections', 'Open connections.', sources.connections);
  addGauge(registry, 'rooms', 'Rooms that a connection listens to.', sources.rooms);
  addGauge(registry, 'fanout_healthy', '1, or 0 while the log is polled.', () =>
    sources.isFanoutHealthy() ? 1 : 0,
  );
  return registry;
}

function observeBatches(registry: Registry, metrics: Metrics): void {
  const writes = new Histogram({
    name: 'otr_relay_batch_writes',
    help: 'Writes in one transaction.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'otr_relay_batch_seconds',
    help: 'Time until a transaction was on disk.',
    buckets: [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  metrics.onBatch((size, time) => {
    writes.observe(size);
    seconds.observe(time);
  });
}

function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name: `otr_relay_${name}`,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

function addCounter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name: `otr_relay_${name}_total`,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

/** Every value of the label is there from the start, so that a rate can be told of the first one. */
function addLabelled<Value extends string>(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  values: readonly Value[],
  read: (value: Value) => number,
): void {
  new Counter({
    name: `otr_relay_${name}_total`,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const value of values) this.inc({ [label]: value }, read(value));
    },
  });
}

/** `entriesDelivered` → `entries_delivered`. */
function spelt(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
