import { readModels } from '../../../prisma/models.ts';

/** A field of a model that is a column. */
export interface ModelField {
  name: string;
  type: string;
  optional: boolean;
}

/** A model of prisma/models.prisma. */
export interface Model {
  name: string;
  fields: ModelField[];
  /** Each primary key and each unique key, by its fields. */
  keys: string[][];
  /** Fields that name the row of another model. */
  references: { fields: string[]; model: string; targets: string[] }[];
}

export interface Models {
  models: ReadonlyMap<string, Model>;
  enums: ReadonlyMap<string, string[]>;
}

/** Reads all models, with their keys and references. */
export async function readDatamodel(): Promise<Models> {
  const text = (await readModels('sqlite')).map(([, content]) => content).join('\n');
  const blocks = [...text.matchAll(/^(model|enum) (\w+) \{\n([\s\S]*?)^\}/gm)].map(
    ([, kind, name = '', body = '']) => ({ kind, name, lines: linesOf(body) }),
  );
  const enums = new Map(blocks.filter(({ kind }) => kind === 'enum').map(({ name, lines }) => [name, lines]));
  const named = blocks.filter(({ kind }) => kind === 'model');
  const names = new Set(named.map(({ name }) => name));
  const models = new Map(named.map(({ name, lines }) => [name, readModel(name, lines, names)]));
  return { models, enums };
}

function readModel(name: string, lines: string[], models: ReadonlySet<string>): Model {
  const declared = lines.filter((line) => !line.startsWith('@@')).map(readField);
  const single = declared.filter(({ attributes }) => /@(id|unique)\b/.test(attributes));
  const compound = lines.flatMap((line) => listsIn(/^@@(?:id|unique)\((?:fields: )?\[([^\]]+)\]/.exec(line)));
  return {
    name,
    fields: declared.filter(({ type }) => !models.has(type.replace('[]', ''))),
    keys: [...single.map((field) => [field.name]), ...compound],
    references: declared.flatMap(({ type, attributes }) => {
      const [fields] = listsIn(/fields: \[([^\]]+)\]/.exec(attributes));
      const [targets] = listsIn(/references: \[([^\]]+)\]/.exec(attributes));
      return fields && targets ? [{ fields, model: type, targets }] : [];
    }),
  };
}

function readField(line: string): ModelField & { attributes: string } {
  const match = /^(\w+)\s+([\w[\]]+)(\?)?\s*(.*)$/.exec(line);
  if (!match) throw new Error(`Not a field of a model: ${line}`);
  const [, name = '', type = '', question, attributes = ''] = match;
  return { name, type, optional: question !== undefined, attributes };
}

function linesOf(body: string): string[] {
  return body
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//'));
}

function listsIn(match: RegExpExecArray | null): string[][] {
  return match?.[1] === undefined ? [] : [match[1].split(',').map((name) => name.trim())];
}
