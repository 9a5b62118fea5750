/** The folder of PostgreSQL's programs: the one named by POSTGRESQL, or one that is installed. */
export function findPostgres(): string | undefined;
/** The file of redis-server or valkey-server: the one named by REDIS, or one that is installed. */
export function findRedis(): string | undefined;
/** The file of strace: the one named by STRACE, or one that is installed. */
export function findStrace(): string | undefined;
