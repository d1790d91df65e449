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
import { createScenarioSource } from './reading/scenario-source.ts';
import type { Scenario } from './reading/scenario.ts';
import type { SourceTree } from './reading/source-tree.ts';
import { findNeeds, isGivenByInternet } from './needs/needs.ts';
import type { CodePiece, Need } from './needs/needs.ts';
import { shortened } from './shortened.ts';
import { createTexts } from './texts.ts';
import { posix } from 'node:path';
import { decodeText } from './reading/decode-text.ts';

/** What tells a shell script, in its name or its first line. */
const SCRIPT_NAME = /\.(?:sh|bash)$/;
const SHEBANG = /^#!.*\b(?:ba|da|z|k)?sh\b/;

/** Shell scripts among the files that a lab places, and the names of all of them: some are run as programs. */
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

/** A scenario to be made a lab of. */
export interface Conversion {
  slug: string;
  /** The scenario's folder in the tree. */
  folder: string;
  tree: SourceTree;
  scenario: Scenario;
  environment: Environment;
  notes: Notes & { refusals: readonly unknown[] };
  placeOf(path: PropertyKey[]): Place;
  /** Short name of the course that it is in. */
  course: string | undefined;
  /** Language of its texts, as a BCP 47 tag. */
  language: string;
  /** What its machines reach; undefined to find out by what it runs. */
  network: 'isolated' | 'internet' | undefined;
  /** Most bytes of the pictures of a page, and of each; undefined for the usual limits. */
  pictureLimit?: number | undefined;
  /** Programs of an image, where they are known. */
  commandsOf(image: string): ReadonlySet<string> | undefined;
}

/** A lab of a scenario; without a draft where something was refused. */
export interface Converted {
  draft: LabDraft | undefined;
  needs: Need[];
}

/** Makes a valid lab of a scenario. */
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
  tellNeeds(needs, notes);
  tellRoot(texts.code, environment, notes);
  const network = conversion.network ?? (needs.some(isGivenByInternet) ? 'internet' : 'isolated');
  tellIsolated(network, needs, notes);

  const document = {
    ...(conversion.language !== 'en' && { languages: [conversion.language] }),
    title: titleOf(conversion),
    ...summaryOf(conversion),
    ...(scenario.minutes !== undefined && { minutes: scenario.minutes }),
    ...(conversion.course !== undefined && { course: conversion.course }),
    machines,
    ...(network === 'internet' && { network }),
    ...(environment.registry && { registry: true }),
    ...steps.pages,
    steps: steps.steps,
  };
  const head = `# Made of the scenario ${JSON.stringify(folder || '.')} by "berth labs import".\n`;
  addText(draft, LAB_FILE, head + stringify(document, { lineWidth: 100, aliasDuplicateObjects: false }));
  if (notes.refusals.length === 0) validate(slug, draft, conversion);
  return { draft: notes.refusals.length === 0 ? draft : undefined, needs };
}

/** What the lab's own reader finds wrong is refused: nothing is written that does not work. */
function validate(slug: string, draft: LabDraft, { notes, placeOf }: Conversion): void {
  const large = tooLarge(draft);
  if (large !== undefined) {
    notes.refuse(`its lab ${large}`, placeOf([]));
    return;
  }
  const read = readLabFiles(slug, asFolder(draft));
  for (const problem of 'problems' in read ? read.problems : []) {
    notes.refuse(`no lab can say so: ${describeProblem(problem, slug)}`, placeOf([]));
  }
}

function titleOf({ scenario, placeOf, notes, folder, slug }: Conversion): string {
  const { text, isCut } = shortened(scenario.title ?? '', 120);
  if (isCut) notes.warn('title: is shortened to 120 characters', placeOf(['title']));
  if (text !== '') return text;
  notes.warn("title: is missing: the folder's name stands for it", placeOf(['title']));
  return basename(folder) || slug;
}

function summaryOf({ scenario, placeOf, notes }: Conversion): { summary?: string } {
  const { text, isCut } = shortened(scenario.description, 500);
  if (isCut) notes.warn('description: is shortened to 500 characters', placeOf(['description']));
  return text === '' ? {} : { summary: text };
}

/** What wants to be root, where nobody is. */
const OF_ROOT =
  /(?:^|[;&|(]|\$\()[ \t]*(?:sudo|apt|apt-get|dnf|yum|apk|service|useradd|mount|iptables)\s|(?:^|[\s"'=])\/root\b/m;

function tellRoot(code: readonly CodePiece[], { image, user }: Environment, notes: Notes): void {
  const needsRoot = user === 'root' ? undefined : firstUse(code, (text) => OF_ROOT.test(text));
  if (needsRoot) notes.warn(`takes itself to be root, which nobody is in the image ${image}`, needsRoot);
}

/** What the lab gives is not warned of: internet, where it has it. */
function tellNeeds(needs: readonly Need[], notes: Notes): void {
  for (const need of needs) if (!isGivenByInternet(need)) notes.warn(need.message, need.place);
}

function tellIsolated(network: 'isolated' | 'internet', needs: readonly Need[], notes: Notes): void {
  if (network === 'internet') return;
  for (const { kind, message, place } of needs.filter(isGivenByInternet)) {
    notes.warn(kind === 'internet' ? `${message}: the lab does not reach it` : message, place);
  }
}

/** Where the first code is that does so; line by line where it has several. */
function firstUse(
  code: readonly { code: string; place: Place }[],
  does: (code: string) => boolean,
): Place | undefined {
  for (const { code: text, place } of code) {
    if (!does(text)) continue;
    const lines = text.split('\n');
    const at = lines.findIndex((line) => does(line));
    return { file: place.file, line: place.line === undefined ? at + 1 || undefined : place.line };
  }
  return undefined;
}
