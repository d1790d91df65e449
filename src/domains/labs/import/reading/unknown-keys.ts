import { nearest } from '../../reading/nearest.ts';

/** Known keys of each part of an index.json: those that an import uses, and those for Katacoda's appearance. */
const PAGES = ['intro', 'steps', 'finish', 'assets'];
const KNOWN = {
  index: [
    ...PAGES,
    ...words('title description time details backend environment interface'),
    ...words('type difficulty icon tags id noindex private live files asyncFiles events pathwayId'),
    ...words('pathwayTitle embedded_survey_url'),
  ],
  details: PAGES,
  part: words('title text foreground code background courseData verify answer hint credits'),
  asset: words('file target chmod'),
  backend: words('imageid port url type'),
  environment: [
    ...words('dashboards uieditorpath uilayout uisettings uidependencies uimessage1 hideintro'),
    ...words('hidefinish hidesidebar hideHiddenFiles exclusionPatterns terminals showide ide idePort'),
    ...words('showdashboard showdashboards showvisualise icon delayToSaveFileAfterStopTypingMilliseconds'),
  ],
};

/** An unknown key with a message. */
export interface UnknownKey {
  path: PropertyKey[];
  message: string;
}

/** Finds the unknown keys of an index.json, whose values the import ignores, in the file's order. */
export function unknownKeys(data: unknown): UnknownKey[] {
  const found: UnknownKey[] = [];
  const check = (value: unknown, path: PropertyKey[], known: readonly string[]) => {
    for (const key of Object.keys(mappingOf(value))) {
      if (known.includes(key)) continue;
      const meant = nearest(key, known);
      const suggestion = meant === undefined ? '' : `; did you mean "${meant}"?`;
      found.push({ path: [...path, key], message: `unknown key, ignored${suggestion}` });
    }
  };
  const checkPages = (value: unknown, path: PropertyKey[]) => {
    const { intro, steps, finish, assets } = mappingOf(value);
    check(intro, [...path, 'intro'], KNOWN.part);
    for (const [place, step] of listOf(steps)) check(step, [...path, 'steps', place], KNOWN.part);
    check(finish, [...path, 'finish'], KNOWN.part);
    for (const [host, files] of Object.entries(mappingOf(assets))) {
      for (const [place, file] of listOf(files)) check(file, [...path, 'assets', host, place], KNOWN.asset);
    }
  };
  const { details, backend, environment } = mappingOf(data);
  check(data, [], KNOWN.index);
  checkPages(data, []);
  check(details, ['details'], KNOWN.details);
  checkPages(details, ['details']);
  check(backend, ['backend'], KNOWN.backend);
  check(environment, ['environment'], KNOWN.environment);
  return found;
}

function words(list: string): string[] {
  return list.split(' ');
}

function mappingOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function listOf(value: unknown): [number, unknown][] {
  return Array.isArray(value) ? [...value.entries()] : [];
}
