import { z } from 'zod';
import { writeKey } from '../../lab-problem.ts';
import { explainIssue } from '../../schema/schema-messages.ts';
import { nearest } from '../../reading/nearest.ts';
import type { Notes } from '../import-note.ts';
import { parseLooseJson } from './loose-json.ts';
import type { LooseJson } from './loose-json.ts';
import type { Scenario, ScenarioAsset, ScenarioPart } from './scenario.ts';

/** Maximum number of steps, and of files for a machine. A scenario with more is refused. */
const MOST_ENTRIES = 100;

/** An optional text: absent, null and empty are equivalent. */
const optional = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((text) => text?.trim() || undefined);

const part = z.object({
  title: optional,
  text: optional,
  foreground: optional,
  code: optional,
  background: optional,
  courseData: optional,
  verify: optional,
  answer: optional,
  hint: optional,
});

const asset = z.object({ file: z.string(), target: z.string(), chmod: optional });

const assets = z.record(z.string(), z.array(asset).max(MOST_ENTRIES).nullish()).nullish();

const dashboard = z.object({ name: optional, port: z.coerce.number().int().min(1).max(65_535) });

/** The pages of a scenario, in `details` or at the top level. */
const pages = {
  intro: part.nullish(),
  steps: z.array(part).max(MOST_ENTRIES).nullish(),
  finish: part.nullish(),
};

const schema = z.object({
  title: optional,
  description: optional,
  time: optional,
  backend: z.object({ imageid: z.string() }),
  details: z.object({ ...pages, assets }).nullish(),
  ...pages,
  assets,
  environment: z
    .object({ dashboards: z.array(z.unknown()).nullish(), uieditorpath: optional })
    .nullish()
    .catch(undefined),
});

/** Maximum number of reported syntax problems: one missing comma can cause many. */
const MOST_PROBLEMS = 3;

/** A scenario with the lines of its keys. */
interface ReadScenario {
  scenario: Scenario;
  lineOf: LooseJson['lineOf'];
}

/** Reads an index.json. If it is invalid, adds refusals to `notes` and returns undefined. */
export function readScenario(file: string, text: string, notes: Notes): ReadScenario | undefined {
  const json = parseLooseJson(text);
  const report = json.data === undefined ? notes.refuse : notes.warn;
  for (const { line, message } of json.problems.slice(0, MOST_PROBLEMS)) report(message, { file, line });
  if (json.data === undefined) return undefined;
  const read = schema.safeParse(json.data);
  if (read.success) {
    for (const { path, message } of [...unknownKeys(json.data), ...overriddenPages(read.data)]) {
      notes.warn(`${writeKey(path)}: ${message}`, { file, line: json.lineOf(path) });
    }
    return { scenario: toScenario(read.data), lineOf: json.lineOf };
  }
  for (const issue of read.error.issues.flatMap((one) => explainIssue(one, json.data))) {
    const key = writeKey(issue.path);
    notes.refuse(key === '' ? issue.message : `${key}: ${issue.message}`, {
      file,
      line: json.lineOf(issue.path),
    });
  }
  return undefined;
}

/** Finds top-level pages that are overridden by those in `details`. */
function overriddenPages(index: z.output<typeof schema>) {
  return (['intro', 'steps', 'finish'] as const).flatMap((key) =>
    index[key] && index.details?.[key]
      ? [{ path: [key], message: `is ignored, because details.${key} is used` }]
      : [],
  );
}

function toScenario(index: z.output<typeof schema>): Scenario {
  const { details, environment } = index;
  const pathOf = (key: 'intro' | 'steps' | 'finish') => (details?.[key] ? ['details', key] : [key]);
  const intro = details?.intro ?? index.intro;
  const finish = details?.finish ?? index.finish;
  const steps = details?.steps ?? index.steps ?? [];
  return {
    title: index.title,
    description: index.description ?? '',
    minutes: minutesOf(index.time),
    imageid: index.backend.imageid.trim(),
    intro: intro ? toPart(intro, pathOf('intro')) : undefined,
    steps: steps.map((step, place) => toPart(step, [...pathOf('steps'), place])),
    finish: finish ? toPart(finish, pathOf('finish')) : undefined,
    assets: [...toAssets(details?.assets, ['details', 'assets']), ...toAssets(index.assets, ['assets'])],
    dashboards: (environment?.dashboards ?? []).flatMap((given) => {
      const { data } = dashboard.safeParse(given);
      return data ? [{ name: data.name ?? `Port ${data.port}`, port: data.port }] : [];
    }),
    folder: environment?.uieditorpath,
  };
}

/** Converts a page. Katacoda's dialect says code and courseData for foreground and background. */
function toPart(written: z.output<typeof part>, path: PropertyKey[]): ScenarioPart {
  const { title, text, foreground, code, background, courseData, verify, answer, hint } = written;
  return {
    path,
    title,
    text,
    foreground: foreground ?? code,
    background: background ?? courseData,
    verify,
    help: [hint, answer].filter((help) => help !== undefined),
  };
}

function toAssets(written: z.output<typeof assets>, path: PropertyKey[]): ScenarioAsset[] {
  return Object.entries(written ?? {}).flatMap(([host, entries]) =>
    (entries ?? []).map((entry, place) => ({ ...entry, host, path: [...path, host, place] })),
  );
}

const UNITS: Record<string, number> = { s: 1 / 60, m: 1, h: 60, d: 24 * 60 };

/** Longest duration of a lab, in minutes. */
const MOST = 30 * 24 * 60;

/** Parses a scenario's `time`, such as "10 minutes", "1-2 hours" or "45", to minutes; a range gives the larger value. */
export function minutesOf(time: string | undefined): number | undefined {
  const [, number, unit = 'm'] =
    /^\D*?(?:\d+\s*(?:-|–|to)\s*)?(\d+(?:\.\d+)?)\s*-?\s*([smhd])?/i.exec(time ?? '') ?? [];
  if (number === undefined) return undefined;
  const minutes = Math.ceil(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
  return minutes >= 1 && minutes <= MOST ? minutes : undefined;
}

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
interface UnknownKey {
  path: PropertyKey[];
  message: string;
}

/** Finds the unknown keys of an index.json, whose values the import ignores, in the file's order. */
function unknownKeys(data: unknown): UnknownKey[] {
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
