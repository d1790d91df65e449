import { setFlagsFromString } from 'node:v8';
import { defineCommand, runCommand, runMain } from 'citty';
import { isFault } from '../core/errors.ts';

// Prisma's WebAssembly runs seldom: optimising it costs a start a third of its processor time, and 90 MB of memory.
setFlagsFromString('--liftoff-only');

/** Each command is loaded when it is run, so that none waits for another's libraries. */
const main = defineCommand({
  meta: { name: 'berth', description: 'Hands-on labs on your own machine.' },
  subCommands: {
    up: async () => (await import('./up.ts')).upCommand,
    serve: async () => (await import('./serve.ts')).serveCommand,
    migrate: async () => (await import('./migrate.ts')).migrateCommand,
    doctor: async () => (await import('./doctor.ts')).doctorCommand,
    token: async () => (await import('./token.ts')).tokenCommand,
    images: async () => (await import('./images.ts')).imagesCommand,
    labs: async () => (await import('./labs/labs.ts')).labsCommand,
    attach: async () => (await import('./attach.ts')).attachCommand,
    health: async () => (await import('./health.ts')).healthCommand,
  },
});

const rawArgs = process.argv.slice(2);

/** What people can mend is told in one message; everything else with its stack, for Berth's developers. */
function tell(error: unknown): void {
  const told = isFault(error) || (error instanceof Error && error.name === 'CLIError');
  process.stderr.write(`\n${told ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}

// Help is citty's own; it would print errors with their stack as well.
if (rawArgs.length === 0 || rawArgs.some((argument) => argument === '--help' || argument === '-h')) {
  await runMain(main);
} else {
  await runCommand(main, { rawArgs }).catch(tell);
}
