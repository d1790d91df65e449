import { z } from 'zod';
import { labSchema } from './lab-schema.ts';
import { nothingWritten } from './written-lab.ts';

/** Name of the file in which editors find the schema, beside the folders of labs. */
export const SCHEMA_FILE = 'lab.schema.json';

/**
 * The schema of lab.yaml as JSON Schema, draft 7, which editors' YAML plugins read: they complete and
 * explain keys, and find most mistakes as they are typed. It knows no other files and nothing between
 * keys: `berth labs validate` does.
 */
export function labJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(labSchema(nothingWritten), {
    io: 'input',
    target: 'draft-7',
    // Every key is a JSON value; what is not said of one stays open.
    unrepresentable: 'any',
  });
  const head = { $schema, title: 'A lab of Berth', description: 'lab.yaml: see docs/lab-authoring.md.' };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}
