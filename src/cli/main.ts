import { setFlagsFromString } from 'node:v8';
import { defineCommand, runCommand, runMain } from 'citty';
import { isFault } from '../core/errors.ts';

/** `berth labs`: commands for authors of labs. Each command is loaded when it runs, like those of `berth`. */
const labsCommand = defineCommand({
  meta: { name: 'labs', description: 'Work on the labs of this installation.' },
  subCommands: {
    import: async () => (await import('./labs/labs-import.ts')).importCommand,
    new: async () => (await import('./labs/labs-authoring.ts')).newCommand,
    validate: async () => (await import('./labs/labs-authoring.ts')).validateCommand,
    test: async () => (await import('./labs/labs-test.ts')).testCommand,
    schema: async () => (await import('./labs/labs-authoring.ts')).schemaCommand,
    pins: async () => (await import('./labs/labs-pins.ts')).pinsCommand,
    repin: async () => (await import('./labs/labs-pins.ts')).repinCommand,
  },
});

// Prisma's WebAssembly runs rarely. Optimizing it would take a third of a start's processor time, and 90 MB of memory.
setFlagsFromString('--liftoff-only');

/** Each command is loaded when it runs, so that it does not wait for the libraries of others. */
const main = defineCommand({
  meta: { name: 'berth', description: 'Hands-on labs on your own host.' },
  subCommands: {
    up: async () => (await import('./up.ts')).upCommand,
    serve: async () => (await import('./up.ts')).serveCommand,
    migrate: async () => (await import('./database.ts')).migrateCommand,
    doctor: async () => (await import('./doctor.ts')).doctorCommand,
    token: async () => (await import('./token.ts')).tokenCommand,
    images: async () => (await import('./images.ts')).imagesCommand,
    labs: labsCommand,
    attach: async () => (await import('./attach.ts')).attachCommand,
    health: async () => (await import('./health.ts')).healthCommand,
  },
});

const rawArgs = process.argv.slice(2);

/** Prints only the message of errors that people can fix, and the stack of all others, for Berth's developers. */
function report(error: unknown): void {
  const isFixable = isFault(error) || (error instanceof Error && error.name === 'CLIError');
  process.stderr.write(`\n${isFixable ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}

// Only for help: citty would also print the stack of errors.
if (rawArgs.length === 0 || rawArgs.some((argument) => argument === '--help' || argument === '-h')) {
  await runMain(main);
} else {
  await runCommand(main, { rawArgs }).catch(report);
}
