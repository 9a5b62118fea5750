import { suiteOf } from '../src/crypto/suite.ts';
import { yardstick } from './measure.ts';
import { type Figures, measureBuild, measureOurs } from './ours.ts';
import { measureRival, tsMls1, tsMls2 } from './rivals.ts';

/**
 * `npm run bench -w packages/mls [-- --quick]`: CPU time per operation, as ratio to one Ed25519 signature (B) of the
 * same moment, and the octets that travel. `--quick` leaves out ts-mls and the groups of 1,000.
 */
const quick = process.argv.includes('--quick');
const SIZES = quick ? [2, 10, 100] : [2, 10, 100, 1000];

/** The aims of issue 3, for suite 1: in B, or in milliseconds where B is 23 µs (the machine they were set on). */
const AIMS_B: Figures = { 'seal 100 B': 3.3, 'open 100 B': 5 };
const AIMS_MS: Figures = {
  'add-commit': 8,
  'process add': 1,
  join: 60,
  'update, cold tree': 100,
  'update, warm tree': 5,
  'process update': 3,
  'save after a message': 0.05,
};
const REFERENCE_B = 23;

const out = (line: string): boolean => process.stdout.write(`${line}\n`);
const isBytes = (name: string): boolean => name.endsWith('bytes');

interface Run {
  readonly figures: Figures;
  readonly b: number;
}

async function run(measure: () => Figures | Promise<Figures>): Promise<Run> {
  yardstick();
  const figures = await measure();
  return { figures, b: yardstick() };
}

function cell(run: Run | undefined, name: string): string {
  const value = run?.figures[name];
  if (run === undefined || value === undefined) return '';
  return isBytes(name) ? `${value}` : `${(value / run.b).toFixed(1)} B`;
}

function aim(name: string): string {
  if (AIMS_B[name] !== undefined) return `${AIMS_B[name]} B`;
  const ms = AIMS_MS[name];
  return ms === undefined ? '' : `${((ms * 1000) / REFERENCE_B).toFixed(0)} B (${ms} ms)`;
}

function table(
  title: string,
  columns: string[],
  rows: Map<string, (Run | undefined)[]>,
  aims: boolean,
): void {
  out(`\n### ${title}\n`);
  const head = ['', ...columns, ...(aims ? ['aim at 1,000'] : [])];
  out(`| ${head.join(' | ')} |`);
  out(`|${head.map(() => '---').join('|')}|`);
  for (const [name, runs] of rows) {
    const cells = [name, ...runs.map((r) => cell(r, name)), ...(aims ? [aim(name)] : [])];
    out(`| ${cells.join(' | ')} |`);
  }
}

const rowsOf = (runs: (Run | undefined)[]): Map<string, (Run | undefined)[]> =>
  new Map(Object.keys(runs[0]?.figures ?? {}).map((name) => [name, runs]));

const sizes = SIZES.map((size) => `${size} members`);
const ours = new Map<number, Run[]>();
for (const id of [1, 0xf00d]) {
  const runs: Run[] = [];
  for (const size of SIZES) runs.push(await run(() => measureOurs(suiteOf(id), size)));
  ours.set(id, runs);
  const name = id === 1 ? 'Suite 1 (X25519, AES-128)' : 'Suite 0xf00d (X-Wing, AES-256)';
  table(`${name}: this package`, sizes, rowsOf(runs), id === 1);
  const bs = runs.map((r) => `${r.b.toFixed(1)} µs`).join(', ');
  out(`\nB in these runs: ${bs}.`);
  if (quick) continue;
  yardstick();
  const build = Math.min(measureBuild(suiteOf(id)), measureBuild(suiteOf(id)));
  const b = yardstick();
  out(`A group of 1,000 in batches of 100: ${(build / 1000).toFixed(0)} ms, ${(build / b).toFixed(0)} B.`);
}

if (!quick) {
  for (const [name, make] of [
    ['ts-mls 1.6.4', tsMls1],
    ['ts-mls 2.0.0-rc.10', tsMls2],
  ] as const) {
    const runs: (Run | undefined)[] = [];
    for (const size of SIZES) {
      const rival = await make();
      runs.push(await run(() => measureRival(rival as Awaited<ReturnType<typeof tsMls2>>, size)));
    }
    table(`Suite 1: ${name}`, sizes, rowsOf(runs), false);
    const times = new Map<string, string>();
    for (const key of Object.keys(runs[0]?.figures ?? {}).filter((k) => !isBytes(k))) {
      const ratios = runs.map((r, i) => {
        const mine = ours.get(1)?.[i];
        const theirs = r?.figures[key];
        const own = mine?.figures[key];
        if (r === undefined || mine === undefined || theirs === undefined || own === undefined) return '';
        return `${(theirs / r.b / (own / mine.b)).toFixed(1)}×`;
      });
      times.set(key, `| ${key} | ${ratios.join(' | ')} |`);
    }
    out(
      `\nHow many times our cost:\n\n| | ${sizes.join(' | ')} |\n|---|${SIZES.map(() => '---').join('|')}|`,
    );
    for (const line of times.values()) out(line);
  }
}
