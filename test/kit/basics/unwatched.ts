import type { CredentialWatch } from '../../../src/domains/identity/credential-watch.ts';

/** For tests without users in a database: no credential ever ends. */
export const unwatched: Pick<CredentialWatch, 'watch'> = { watch: () => () => undefined };
