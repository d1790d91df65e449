import { basename } from 'node:path/posix';
import { stringify } from 'yaml';
import { describeProblem } from '../lab-problem.ts';
import { LAB_FILE, readLabFiles } from '../reading/read-lab.ts';
import type { Environment } from './needs/environments.ts';
import type { Notes, Place } from './import-note.ts';
import { addText, asFolder, emptyDraft, tooLarge } from './lab-draft.ts';
import type { LabDraft } from './lab-draft.ts';
import { writeMachines } from './write-machines.ts';
import { writeSteps } from './write-steps.ts';
import { createScenarioSource, decodeText } from './reading/scenario-source.ts';
import type { Scenario } from './reading/scenario.ts';
import type { SourceTree } from './reading/scenario-source.ts';
import { findNeeds, isGivenByInternet } from './needs/needs.ts';
import type { CodePiece, Need } from './needs/needs.ts';
import { shortened } from './names.ts';
import { createTexts } from './texts.ts';
import { posix } from 'node:path';

/** How to recognize a shell script: by its name or its first line. */
const SCRIPT_NAME = /\.(?:sh|bash)$/;
const SHEBANG = /^#!.*\b(?:ba|da|z|k)?sh\b/;

/** Finds the shell scripts among a lab's files, and the names of all files: a scenario can run them as programs. */
function assetScripts({ files }: LabDraft, folder: string): { pieces: CodePiece[]; programs: string[] } {
  const pieces: CodePiece[] = [];
  const programs: string[] = [];
  for (const [path, content] of files) {
    if (!path.startsWith('files/')) continue;
    programs.push(posix.basename(path));
    const text = decodeText(content)?.text;
    if (text === undefined || !(SCRIPT_NAME.test(path) || SHEBANG.test(text))) continue;
    pieces.push({ code: text, place: { file: posix.join(folder, path.slice('files/'.length)) }, use: 'run' });
  }
  return { pieces, programs };
}

/** A scenario to convert to a lab. */
export interface Conversion {
  slug: string;
  /** The scenario's folder in the tree. */
  folder: string;
  tree: SourceTree;
  scenario: Scenario;
  environment: Environment;
  notes: Notes & { refusals: readonly unknown[] };
  placeOf(path: PropertyKey[]): Place;
  /** Short name of its collection. */
  collection: string | undefined;
  /** Language of its texts, as a BCP 47 tag. */
  language: string;
  /** Network access of its machines; undefined to detect it from the commands. */
  network: 'isolated' | 'internet' | undefined;
  /** Limit in bytes of one picture and of a page's pictures; undefined for the default limits. */
  pictureLimit?: number | undefined;
  /** Returns the programs of an image; undefined if they are not known. */
  commandsOf(image: string): ReadonlySet<string> | undefined;
}

/** The converted lab. The draft is undefined if the scenario was refused. */
export interface Converted {
  draft: LabDraft | undefined;
  needs: Need[];
}

/** Converts a scenario to a valid lab. */
export async function convertScenario(conversion: Conversion): Promise<Converted> {
  const { slug, folder, tree, scenario, environment, notes, placeOf, pictureLimit } = conversion;
  const draft = emptyDraft();
  const source = createScenarioSource({ tree, folder, notes });
  const texts = createTexts({ tree, source, scenario, environment, notes, placeOf, pictureLimit });
  const steps = await writeSteps({ scenario, texts, environment, draft, notes, placeOf });
  const machines = await writeMachines({
    scenario,
    environment,
    ports: texts.ports,
    start: steps.machineStart,
    work: { source, tree, draft, notes, placeOf },
  });
  const assets = assetScripts(draft, source.assets);
  const needs = findNeeds([...texts.code, ...assets.pieces], {
    ...environment,
    hasDocker: environment.profile === 'nested',
    commands: conversion.commandsOf(environment.image),
    own: assets.programs,
  });
  warnOfNeeds(needs, notes);
  warnOfRoot(texts.code, environment, notes);
  const network = conversion.network ?? (needs.some(isGivenByInternet) ? 'internet' : 'isolated');
  warnOfIsolation(network, needs, notes);

  const document = {
    ...(conversion.language !== 'en' && { languages: [conversion.language] }),
    title: titleOf(conversion),
    ...summaryOf(conversion),
    ...(scenario.minutes !== undefined && { minutes: scenario.minutes }),
    ...(conversion.collection !== undefined && { collection: conversion.collection }),
    machines,
    ...(network === 'internet' && { network }),
    ...(environment.registry && { registry: true }),
    ...steps.pages,
    steps: steps.steps,
  };
  const head = `# Imported from the scenario ${JSON.stringify(folder || '.')} by "berth labs import".\n`;
  addText(draft, LAB_FILE, head + stringify(document, { lineWidth: 100, aliasDuplicateObjects: false }));
  if (notes.refusals.length === 0) validate(slug, draft, conversion);
  return { draft: notes.refusals.length === 0 ? draft : undefined, needs };
}

/** Refuses a draft that Berth cannot read as a lab, so no import writes an invalid lab. */
function validate(slug: string, draft: LabDraft, { notes, placeOf }: Conversion): void {
  const large = tooLarge(draft);
  if (large !== undefined) {
    notes.refuse(`its lab ${large}`, placeOf([]));
    return;
  }
  const read = readLabFiles(slug, asFolder(draft));
  for (const problem of 'problems' in read ? read.problems : []) {
    notes.refuse(`its lab would be invalid: ${describeProblem(problem, slug)}`, placeOf([]));
  }
}

function titleOf({ scenario, placeOf, notes, folder, slug }: Conversion): string {
  const { text, isCut } = shortened(scenario.title ?? '', 120);
  if (isCut) notes.warn('title: was shortened to 120 characters', placeOf(['title']));
  if (text !== '') return text;
  notes.warn("title: is missing; the folder's name is used instead", placeOf(['title']));
  return basename(folder) || slug;
}

function summaryOf({ scenario, placeOf, notes }: Conversion): { summary?: string } {
  const { text, isCut } = shortened(scenario.description, 500);
  if (isCut) notes.warn('description: was shortened to 500 characters', placeOf(['description']));
  return text === '' ? {} : { summary: text };
}

/** Commands and paths that need root. */
const NEEDS_ROOT =
  /(?:^|[;&|(]|\$\()[ \t]*(?:sudo|apt|apt-get|dnf|yum|apk|service|useradd|mount|iptables)\s|(?:^|[\s"'=])\/root\b/m;

function warnOfRoot(code: readonly CodePiece[], { image, user }: Environment, notes: Notes): void {
  const needsRoot = user === 'root' ? undefined : firstMatch(code, (text) => NEEDS_ROOT.test(text));
  if (needsRoot)
    notes.warn(`expects to run as root, which is not available in the image ${image}`, needsRoot);
}

/** Warns about needs that the lab cannot meet. Internet access has its own rule below. */
function warnOfNeeds(needs: readonly Need[], notes: Notes): void {
  for (const need of needs) if (!isGivenByInternet(need)) notes.warn(need.message, need.place);
}

function warnOfIsolation(network: 'isolated' | 'internet', needs: readonly Need[], notes: Notes): void {
  if (network === 'internet') return;
  for (const { kind, message, place } of needs.filter(isGivenByInternet)) {
    notes.warn(kind === 'internet' ? `${message}; the lab has no internet access` : message, place);
  }
}

/** Returns the location of the first code that matches. */
function firstMatch(
  code: readonly { code: string; place: Place }[],
  matches: (code: string) => boolean,
): Place | undefined {
  for (const { code: text, place } of code) {
    if (!matches(text)) continue;
    const lines = text.split('\n');
    const at = lines.findIndex((line) => matches(line));
    return { file: place.file, line: place.line === undefined ? at + 1 || undefined : place.line };
  }
  return undefined;
}
