import { posix } from 'node:path';
import { homeOf } from './needs/environments.ts';
import type { Environment } from './needs/environments.ts';
import type { Notes, Place } from './import-note.ts';
import type { CodePiece } from './needs/needs.ts';
import { isShellScript } from './needs/scripts.ts';
import { readPictures } from './reading/read-pictures.ts';
import type { ScenarioSource, SourceTree } from './reading/scenario-source.ts';
import type { Scenario } from './reading/scenario.ts';
import type { Page, PagePort } from './text/page.ts';
import { toPage } from './text/to-page.ts';

/** Longest page, in characters: more than real pages have. Even a hostile page of this size parses within seconds. */
const LONGEST_PAGE = 100_000;

/** Reads the pages and scripts of a scenario, and collects their ports and code. */
export interface Texts {
  page(given: string, path: PropertyKey[], folds: 'take' | 'open'): Promise<Page | undefined>;
  /** Reads a script; undefined if it is missing or empty. */
  script(given: string, path: PropertyKey[]): Promise<string | undefined>;
  /** Reads help, which is a file or the text itself. */
  help(given: string, path: PropertyKey[]): Promise<string | undefined>;
  ports: PagePort[];
  code: CodePiece[];
}

export function createTexts(made: {
  tree: SourceTree;
  source: ScenarioSource;
  scenario: Scenario;
  environment: Environment;
  notes: Notes;
  placeOf(path: PropertyKey[]): Place;
  /** See {@link readPictures}. */
  pictureLimit: number | undefined;
}): Texts {
  const { tree, source, environment, notes, placeOf } = made;
  const folder = posix.resolve(environment.folder, made.scenario.folder ?? '.');
  const home = homeOf(environment.user);
  const ports: PagePort[] = [];
  const code: Texts['code'] = [];

  async function pageOf(file: { path: string; text: string }, folds: 'take' | 'open'): Promise<Page> {
    const pictures = await readPictures(file, { source, tree, limit: made.pictureLimit });
    const context = { file: file.path, notes, hosts: environment.hosts, folder, home };
    const picture = (address: string) => pictures.get(address) ?? { problem: 'there is no such file' };
    const page = toPage(file.text, { ...context, picture }, { folds });
    ports.push(...page.ports);
    const add =
      (use: CodePiece['use']) => (given: { code: string; line: number; terminal?: number | undefined }) => {
        const place = { file: file.path, line: given.line };
        code.push({ code: given.code, place, use, terminal: given.terminal });
      };
    page.commands.forEach(add('run'));
    page.shown.forEach(add('shown'));
    return page;
  }

  return {
    ports,
    code,
    async page(given, path, folds) {
      const file = await source.text(given, placeOf(path));
      if (!file || file.text.length <= LONGEST_PAGE) return file && pageOf(file, folds);
      const message = `the file "${file.path}" is longer than ${LONGEST_PAGE} characters, the limit of a page`;
      notes.refuse(message, placeOf(path));
      return undefined;
    },
    async script(given, path) {
      const file = await source.text(given, placeOf(path));
      if (!file || file.text.trim() === '') return undefined;
      if (isShellScript(file.text)) code.push({ code: file.text, place: { file: file.path }, use: 'run' });
      return file.text;
    },
    async help(given, path) {
      const place = placeOf(path);
      const isFile = source.find(given) !== undefined || !/\s/.test(given);
      const file = isFile ? await source.text(given, place) : { path: place.file, text: given };
      return file && (await pageOf({ ...file, text: file.text.slice(0, LONGEST_PAGE) }, 'open')).markdown;
    },
  };
}
