import { defineCommand, runMain } from 'citty';

/** Each command is loaded when it is run, so that none waits for another's libraries. */
const main = defineCommand({
  meta: { name: 'berth', description: 'Hands-on labs on your own machine.' },
  subCommands: {
    up: async () => (await import('./up.ts')).upCommand,
    serve: async () => (await import('./serve.ts')).serveCommand,
    migrate: async () => (await import('./migrate.ts')).migrateCommand,
    doctor: async () => (await import('./doctor.ts')).doctorCommand,
    token: async () => (await import('./token.ts')).tokenCommand,
    labs: async () => (await import('./labs.ts')).labsCommand,
    health: async () => (await import('./health.ts')).healthCommand,
  },
});

await runMain(main);
