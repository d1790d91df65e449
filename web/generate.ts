/**
 * Writes src/generated/operations.ts: the text of each GraphQL operation in src/, and the types of its variables and
 * result. Fails if an operation does not match schema.graphql.
 *
 * An operation stays a string in the bundle, because its parsed form is several times larger.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as operationsPlugin from '@graphql-codegen/typescript-operations';
import { Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';

const notice = '// Written by "npm run generate:graphql" from the .graphql files in web/src: change those.\n';
const sources = new URL('./src/', import.meta.url);
const generated = new URL('./generated/', sources);

const config = {
  enumsAsTypes: true,
  scalars: { DateTime: 'string', ID: 'string' },
  inputMaybeValue: 'T | null | undefined',
  omitOperationSuffix: true,
  operationResultSuffix: 'Result',
  skipTypename: true,
  immutableTypes: true,
};

async function readDocuments(): Promise<{ location: string; document: DocumentNode }[]> {
  const names = await readdir(sources, { recursive: true });
  const paths = names.filter((name) => name.endsWith('.graphql')).toSorted();
  return Promise.all(
    paths.map(async (location) => ({
      location,
      document: parse(await readFile(new URL(location, sources), 'utf8')),
    })),
  );
}

/** Exports each operation with the fragments that it uses. */
function documentsCode(documents: readonly DocumentNode[]): string {
  const definitions = documents.flatMap((document) => document.definitions);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  const operations = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return operations.map((each) => operationCode(each, fragments)).join('\n');
}

function operationCode(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string {
  const name = operation.name?.value ?? '';
  const used = new Set<FragmentDefinitionNode>();
  collectFragments(operation, fragments, used);
  const text = stripIgnoredCharacters([operation, ...used].map((node) => print(node)).join('\n'));
  const type = `TypedDocumentNode<${name}Result, ${name}Variables>`;
  return `export const ${name}Document = ${JSON.stringify(text)} as unknown as ${type};`;
}

function collectFragments(
  node: OperationDefinitionNode | FragmentDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  used: Set<FragmentDefinitionNode>,
): void {
  visit(node, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (!fragment || used.has(fragment)) return;
      used.add(fragment);
      collectFragments(fragment, fragments, used);
    },
  });
}

const schema = parse(await readFile(new URL('../schema.graphql', import.meta.url), 'utf8'));
const documents = await readDocuments();
const types = await codegen({
  filename: 'operations.ts',
  schema,
  documents,
  config,
  plugins: [{ operations: {} }],
  pluginMap: { operations: operationsPlugin },
});
const code = documentsCode(documents.map(({ document }) => document));
await mkdir(generated, { recursive: true });
await writeFile(
  new URL('operations.ts', generated),
  `${notice}import type { TypedDocumentNode } from 'urql';\n${types}\n${code}\n`,
);
