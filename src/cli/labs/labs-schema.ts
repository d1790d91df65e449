import { defineCommand } from 'citty';
import { labJsonSchema } from '../../domains/labs/schema/json-schema.ts';

/** `berth labs schema`: prints the JSON Schema of lab.yaml. */
export const schemaCommand = defineCommand({
  meta: { name: 'schema', description: 'Print the JSON Schema of lab.yaml, for editors.' },
  run: () => void process.stdout.write(labJsonSchema()),
});
