import { fuzz, makeTargets } from './fuzz.ts';
import { seeded } from './random.ts';

/** `npm run fuzz -w packages/mls [inputs per target]`: every decoder, 10⁶ inputs and more in all. */
const perTarget = Number(process.argv[2] ?? 80_000);
const random = seeded();
process.stdout.write(`seed ${random.seed}\n`);
let inputs = 0;
const started = Date.now();
for (const target of makeTargets()) {
  const result = fuzz(target, perTarget, random);
  inputs += result.inputs;
  const slowest = result.slowest.toFixed(1);
  process.stdout.write(
    `${target.name}: ${result.inputs} inputs, ${result.accepted} accepted, slowest ${slowest} ms\n`,
  );
}
const seconds = ((Date.now() - started) / 1000).toFixed(0);
process.stdout.write(
  `${inputs} inputs in ${seconds} s: no crash, no hang, no changed authenticated input accepted\n`,
);
