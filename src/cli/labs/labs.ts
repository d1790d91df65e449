import { defineCommand } from 'citty';

/** `berth labs`: commands for authors of labs. Each command is loaded when it runs, like those of `berth`. */
export const labsCommand = defineCommand({
  meta: { name: 'labs', description: 'Work on the labs of this installation.' },
  subCommands: {
    import: async () => (await import('./labs-import.ts')).importCommand,
    new: async () => (await import('./labs-new.ts')).newCommand,
    validate: async () => (await import('./labs-validate.ts')).validateCommand,
    test: async () => (await import('./labs-test.ts')).testCommand,
    schema: async () => (await import('./labs-schema.ts')).schemaCommand,
    pins: async () => (await import('./labs-pins.ts')).pinsCommand,
    repin: async () => (await import('./labs-pins.ts')).repinCommand,
  },
});
