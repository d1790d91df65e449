import { z } from 'zod';
import { labSchema } from './lab-schema.ts';
import { emptyContext } from './lab-context.ts';

/** Name of the schema file for editors, next to the folders of labs. */
export const SCHEMA_FILE = 'lab.schema.json';

/**
 * Returns the schema of lab.yaml as JSON Schema, draft 7. YAML plugins of editors use it to complete and explain
 * keys. It cannot check other files or conflicts between keys: `berth labs validate` does.
 */
export function labJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(labSchema(emptyContext), {
    io: 'input',
    target: 'draft-7',
    // Transforms have no JSON Schema: these keys accept any value.
    unrepresentable: 'any',
  });
  const head = { $schema, title: 'A lab of Berth', description: 'lab.yaml: see docs/lab-authoring.md.' };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}
