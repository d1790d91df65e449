/**
 * Writes what is derived from the SDL: resolver types and the embedded SDL into `generated/`, and
 * with `--print` the whole schema into `schema.graphql` at the root.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typescriptPlugin from '@graphql-codegen/typescript';
import * as resolversPlugin from '@graphql-codegen/typescript-resolvers';
import { buildSchema, parse, printSchema } from 'graphql';
import { readSdl } from './sdl-files.ts';

const notice = '// Written by "npm run generate:graphql" from the .graphql files: change those.\n';

/** What services give for a type of the schema, where it is not the type itself. */
const models = [
  'ApiToken',
  'Attempt',
  'AttemptConnection',
  'AttemptEdge',
  'CheckVerdict',
  'Finding',
  'ImagePin',
  'Image',
  'ImageConnection',
  'ImageEdge',
  'Job',
  'JobConnection',
  'JobEdge',
  'DiskRoom',
  'EngineRoom',
  'JobProgress',
  'Lab',
  'LabConnection',
  'LabEdge',
  'LabMachine',
  'LabProblem',
  'LabProgress',
  'LabSource',
  'LocalRegistry',
  'Machine',
  'MachinePort',
  'Node',
  'PageInfo',
  'Provisioning',
  'QueuePlace',
  'Question',
  'Quota',
  'Reason',
  'RegistryImage',
  'RevealedHint',
  'RecordedCourse',
  'Recording',
  'RecordingConnection',
  'RecordingEdge',
  'SavedState',
  'SavedStateConnection',
  'SavedStateEdge',
  'Saving',
  'Session',
  'SessionConnection',
  'SessionEdge',
  'Step',
  'StepCheck',
  'StepProgress',
  'Terminal',
  'User',
  'UserConnection',
  'UserEdge',
  'WarmPool',
];

const enums = [
  'AttemptState',
  'CheckKind',
  'ImageOrigin',
  'JobKind',
  'JobState',
  'LabSourceState',
  'LayerPhase',
  'ProvisioningPhase',
  'QueueReason',
  'Role',
  'Scope',
  'SessionState',
  'RecordedContent',
  'TerminalRole',
];

const config = {
  useTypeImports: true,
  enumsAsTypes: true,
  contextType: '../context.ts#GraphqlContext',
  mappers: Object.fromEntries(models.map((name) => [name, `../models.ts#${name}Model`])),
  enumValues: Object.fromEntries(enums.map((name) => [name, `../models.ts#${name}`])),
  scalars: {
    DateTime: { input: 'Date', output: 'Date' },
    ID: { input: 'string', output: 'string' },
  },
  maybeValue: 'T | null | undefined',
  inputMaybeValue: 'T | null | undefined',
  skipTypename: true,
  immutableTypes: true,
  avoidOptionals: { defaultValue: true },
};

async function resolverTypes(sdl: string): Promise<string> {
  const types = await codegen({
    filename: 'resolver-types.ts',
    schema: parse(sdl),
    documents: [],
    config,
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript: typescriptPlugin, resolvers: resolversPlugin },
  });
  // The plugin re-exports the enums' types as if they were values.
  return types.replaceAll(/^export \{ (\w+) \};$/gm, 'export type { $1 };');
}

const sdl = await readSdl();
const generated = new URL('./generated/', import.meta.url);
await mkdir(generated, { recursive: true });
await writeFile(new URL('resolver-types.ts', generated), notice + (await resolverTypes(sdl)));
await writeFile(new URL('sdl.ts', generated), `${notice}export const sdl = ${JSON.stringify(sdl)};\n`);
if (process.argv.includes('--print')) {
  await writeFile(new URL('../../../schema.graphql', import.meta.url), `${printSchema(buildSchema(sdl))}\n`);
}
