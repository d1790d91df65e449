import { defineCommand } from 'citty';
import { importCommand } from './labs-import.ts';
import { newCommand } from './labs-new.ts';
import { pinsCommand, repinCommand } from './labs-pins.ts';
import { schemaCommand } from './labs-schema.ts';
import { testCommand } from './labs-test.ts';
import { validateCommand } from './labs-validate.ts';

/** `berth labs`: what authors of labs need. */
export const labsCommand = defineCommand({
  meta: { name: 'labs', description: 'Work on the labs of this installation.' },
  subCommands: {
    import: importCommand,
    new: newCommand,
    validate: validateCommand,
    test: testCommand,
    schema: schemaCommand,
    pins: pinsCommand,
    repin: repinCommand,
  },
});
