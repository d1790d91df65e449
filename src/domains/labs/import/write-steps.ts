import { hiddenScript, verifyScript } from './needs/scripts.ts';
import type { PageCommand, Page, PageQuestion } from './text/page.ts';
import type { Environment } from './needs/environments.ts';
import type { Notes, Place } from './import-note.ts';
import { addText } from './lab-draft.ts';
import type { LabDraft } from './lab-draft.ts';
import { createNames, shortened } from './names.ts';
import type { Names } from './names.ts';
import type { Scenario, ScenarioPart } from './reading/scenario.ts';
import type { Texts } from './texts.ts';

/** Seconds for a background command to start before the next one runs. */
const HEAD_START = 2;

/** Maximum number of scripts of a step's solution. */
const MOST_SCRIPTS = 20;

/** Programs that wait for a learner at the keyboard. */
const INTERACTIVE =
  /^\s*(?:sudo\s+)?(?:(?:vi|vim|nvim|nano|pico|emacs|joe|less|more|man|info|top|htop|watch|tmux|screen|mc|visudo)(?:\s|$)|crontab\s+-e)/;

/** A part of a solution: consecutive commands in one machine. */
interface SolutionPart {
  /** Undefined for the first one. */
  machine: string | undefined;
  script: string;
}

/**
 * Builds scripts from the commands that clicks on a step's page run, in order. A command that the text later
 * interrupts, or that keeps its terminal busy, runs in the background. Interactive commands are left out. Empty if
 * the text runs nothing, or switches between machines more often than a solution can.
 */
export function solutionOf(commands: readonly PageCommand[], folder: string): SolutionPart[] {
  const parts: { machine: string | undefined; lines: string[] }[] = [];
  for (const [place, { code, machine }] of commands.entries()) {
    if (INTERACTIVE.test(code)) continue;
    const last = parts.at(-1);
    const part = last && last.machine === machine ? last : { machine, lines: [] };
    if (part !== last) parts.push(part);
    part.lines.push(runsInBackground(commands, place) ? `(\n${code}\n) &\nsleep ${HEAD_START}` : code);
  }
  if (parts.length > MOST_SCRIPTS) return [];
  return parts.map(({ machine, lines }) => {
    // The commands of a text can end with any exit code.
    return { machine, script: hiddenScript(`${lines.join('\n')}\ntrue\n`, folder) };
  });
}

function runsInBackground(commands: readonly PageCommand[], place: number): boolean {
  const terminal = terminalOf(commands[place]);
  const next = commands[place + 1];
  const here = commands.slice(place + 1).find((command) => terminalOf(command) === terminal);
  return here ? here.interrupt : next !== undefined && terminalOf(next) !== terminal;
}

function terminalOf(command: PageCommand | undefined): string {
  return `${command?.machine ?? ''} ${command?.terminal ?? 1}`;
}

/** Time limit of a verify script, in seconds: some wait for a service to start. */
const VERIFY_SECONDS = 60;

/** Maximum number of hints of one step. */
const MOST_HINTS = 20;

/** The context that converts steps. */
interface StepWork {
  scenario: Scenario;
  texts: Texts;
  environment: Environment;
  draft: LabDraft;
  notes: Notes;
  placeOf(path: PropertyKey[]): Place;
}

/** Scripts and commands of an intro, which move to the first step. */
interface Early {
  start: object[];
  commands: PageCommand[];
}

/** The parts of lab.yaml that come from a scenario's pages. */
interface WrittenSteps {
  pages: { introduction?: string; conclusion?: string };
  steps: object[];
  /** Start scripts of the machine. */
  machineStart: object[];
}

/**
 * Converts the pages of a scenario. The intro and the finish become pages before and after the steps, and the
 * intro's commands move to the start. A finish that runs something becomes a step, and so does an intro without
 * other steps.
 */
export async function writeSteps(work: StepWork): Promise<WrittenSteps> {
  const { intro, steps, finish } = work.scenario;
  const introIsStep = intro !== undefined && steps.length === 0;
  const finishIsStep =
    finish !== undefined && [finish.foreground, finish.background, finish.verify].some(Boolean);
  const written: WrittenSteps = { pages: {}, steps: [], machineStart: [] };

  if (intro?.background !== undefined) {
    written.machineStart = await hiddenStart(intro, 'intro', work);
  }
  const early: Early = { start: [], commands: [] };
  if (intro && !introIsStep) {
    const { path, commands = [] } = await addPage(intro, 'intro.md', work);
    if (path !== undefined) written.pages.introduction = path;
    warnOfVerify(intro, work);
    early.start = await shownStart(intro, 'intro', work);
    early.commands = commands;
  }
  const parts = [
    ...(introIsStep ? [{ ...intro, background: undefined }] : []),
    ...steps,
    ...(finishIsStep ? [finish] : []),
  ];
  const names = createNames();
  for (const [place, part] of parts.entries()) {
    written.steps.push(await writeStep(part, { place, names, early: place === 0 ? early : undefined }, work));
  }
  if (finish && !finishIsStep) {
    const { path } = await addPage(finish, 'finish.md', work);
    if (path !== undefined) written.pages.conclusion = path;
  }
  return written;
}

/** A page before or after the steps. */
interface AddedPage {
  path: string;
  commands: PageCommand[];
}

/** Adds the page of an intro or a finish. It shows questions and folded parts as plain text. */
async function addPage(part: ScenarioPart, path: string, work: StepWork): Promise<Partial<AddedPage>> {
  const { texts, draft, notes, placeOf } = work;
  if (part.text === undefined) return {};
  const textPath = [...part.path, 'text'];
  const page = await texts.page(part.text, textPath, 'open');
  if (!page) return {};
  if (page.questions.length > 0) {
    notes.warn('questions before the first step or after the last one become plain text', placeOf(textPath));
  }
  const asked = page.questions.map(({ question }) => `**${question}**`);
  const text = [page.markdown, ...asked].join('\n\n').trim();
  return { commands: page.commands, ...(text !== '' && { path: addText(draft, path, text) }) };
}

function warnOfVerify(part: ScenarioPart, { notes, placeOf }: StepWork): void {
  if (part.verify === undefined) return;
  notes.warn('verify: is ignored, because an introduction is not checked', placeOf([...part.path, 'verify']));
}

async function writeStep(
  part: ScenarioPart,
  { place, names, early }: { place: number; names: Names; early: Early | undefined },
  work: StepWork,
): Promise<object> {
  const { texts, draft } = work;
  const number = String(place + 1).padStart(2, '0');
  const title = shortened(part.title ?? '', 120).text || `Step ${place + 1}`;
  const page =
    part.text === undefined ? undefined : await texts.page(part.text, [...part.path, 'text'], 'take');
  const start = [
    ...(early?.start ?? []),
    ...(await hiddenStart(part, number, work)),
    ...(await shownStart(part, number, work)),
  ];
  const checks = [...(page?.questions ?? []).map(writeQuestion), ...(await verifyCheck(part, number, work))];
  const hints = await writeHints(part, page, number, work);
  const solution = writeSolution([...(early?.commands ?? []), ...(page?.commands ?? [])], number, work);
  return {
    id: names(title, `step-${place + 1}`),
    title,
    instructions: addText(draft, `steps/${number}.md`, page?.markdown || title),
    ...(start.length > 0 && { start }),
    ...(checks.length === 1 && { check: checks[0] }),
    ...(checks.length > 1 && { checks }),
    ...(hints.length > 0 && { hints }),
    ...(solution.length > 0 && { solution }),
  };
}

async function hiddenStart(part: ScenarioPart, name: string, work: StepWork): Promise<object[]> {
  if (part.background === undefined) return [];
  const script = await work.texts.script(part.background, [...part.path, 'background']);
  if (script === undefined) return [];
  const text = hiddenScript(script, work.environment.folder);
  return [{ script: addText(work.draft, `start/${name}-background.sh`, text), background: true }];
}

async function shownStart(part: ScenarioPart, name: string, work: StepWork): Promise<object[]> {
  if (part.foreground === undefined) return [];
  const script = await work.texts.script(part.foreground, [...part.path, 'foreground']);
  if (script === undefined) return [];
  return [{ script: addText(work.draft, `start/${name}-foreground.sh`, script), foreground: true }];
}

async function verifyCheck(part: ScenarioPart, number: string, work: StepWork): Promise<object[]> {
  if (part.verify === undefined) return [];
  const script = await work.texts.script(part.verify, [...part.path, 'verify']);
  if (script === undefined) return [];
  const text = verifyScript(script, work.environment.folder);
  return [{ script: addText(work.draft, `checks/${number}.sh`, text), timeout: VERIFY_SECONDS }];
}

function writeQuestion({ question, answer }: PageQuestion): object {
  if (answer.kind === 'text') {
    const [only] = answer.answers;
    return {
      quiz: {
        question,
        answer: answer.answers.length === 1 ? only : answer.answers,
        ...(answer.match === 'contains' && { match: 'contains' }),
      },
    };
  }
  const options = answer.options.map(({ text, correct }) => (correct ? { text, correct } : text));
  return { quiz: { question, options, ...(answer.multiple && { multiple: true }) } };
}

/** Writes a step's folded parts and help as hints. Surplus hints are merged into the last one. */
async function writeHints(
  part: ScenarioPart,
  page: Page | undefined,
  number: string,
  { texts, draft }: StepWork,
): Promise<string[]> {
  const hints = [...(page?.folded ?? [])];
  for (const help of part.help) {
    const text = await texts.help(help, part.path);
    if (text) hints.push(text);
  }
  const last = hints.slice(MOST_HINTS - 1).join('\n\n');
  const shown = [...hints.slice(0, MOST_HINTS - 1), ...(last === '' ? [] : [last])];
  return shown.map((text, place) => addText(draft, `hints/${number}-${place + 1}.md`, text));
}

function writeSolution(
  commands: readonly PageCommand[],
  number: string,
  { environment, draft }: StepWork,
): (string | object)[] {
  return solutionOf(commands, environment.folder).map(({ machine, script }, place) => {
    const path = addText(draft, `solutions/${number}${place === 0 ? '' : `-${place + 1}`}.sh`, script);
    return machine === undefined ? path : { script: path, machine };
  });
}
