import { afterAll, beforeAll, describe } from 'vitest';
import { isMissing, type PostgresService, startPostgres } from '../../../tests/services.ts';
import { silent } from '../src/log.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import type { StorageLimits } from '../src/storage/storage.ts';
import { afterTest } from './afterTest.ts';
import { storageContract } from './storageContract.ts';

describe.skipIf(isMissing('PostgreSQL'))('PostgreSQL', () => {
  let server: PostgresService;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  async function opened(limits: StorageLimits) {
    const storage = await openPostgres(await server.createDatabase(), limits, silent);
    afterTest(() => storage.close());
    return storage;
  }

  storageContract('PostgreSQL', opened);
});
