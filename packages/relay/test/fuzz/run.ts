/** `npm run fuzz -w packages/relay [-- inputs [seed]]`: a million hostile inputs, and what the relay held meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchedRelay } from '../watchedRelay.ts';
import { type FuzzReport, fuzzRelay } from './fuzz.ts';
import { fuzzedCleanup, fuzzedLimits, grownBeyond } from './terms.ts';

const inputs = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 32));
const data = mkdtempSync(join(tmpdir(), 'otr-fuzz-'));
const relay = await watchedRelay({ data, limits: fuzzedLimits, cleanup: fuzzedCleanup });
const startedAt = performance.now();
console.log(`seed ${seed}`);
const report = await fuzzRelay(relay, inputs, seed);
show(report, (performance.now() - startedAt) / 1_000);
await relay.stop();
rmSync(data, { recursive: true });
process.exitCode = complaintsOf(report).length === 0 ? 0 : 1;

function complaintsOf(report: FuzzReport): string[] {
  return [...report.complaints, ...grownBeyond(report)];
}

function show(report: FuzzReport, seconds: number): void {
  const MiB = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  console.log(
    `${report.inputs} inputs on ${report.connections} connections (${report.closed} closed by the relay)`,
  );
  console.log(`in ${seconds.toFixed(0)} s; ${report.witnessed} messages of the witnesses arrived meanwhile`);
  console.log('              | resident MiB | heap MiB');
  for (const part of ['start', 'middle', 'end'] as const) {
    const { rss, heap } = report[part];
    console.log(`${part.padEnd(13)} | ${MiB(rss).padStart(12)} | ${MiB(heap).padStart(8)}`);
  }
  for (const [code, count] of report.refusals) console.log(`refused ${code}: ${count}`);
  for (const [event, count] of Object.entries(report.end.log)) console.log(`logged ${event}: ${count}`);
  const complaints = complaintsOf(report);
  console.log(
    complaints.length === 0 ? 'no crash, no growth, no event of another room' : complaints.join('\n'),
  );
}
