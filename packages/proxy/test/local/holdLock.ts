import { lockProfile } from '../../src/profileLock.ts';

/** A process that holds the lock of a profile until it is killed. */
process.stdout.write(lockProfile(process.argv[2] ?? '').kind);
setInterval(() => {}, 60_000);
