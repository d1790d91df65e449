import { isDeepStrictEqual } from 'node:util';
import { readFileSync } from 'node:fs';
import type { Lab, LabStep, LabScript, LabMachine } from '../../labs/lab.ts';
import { tamperSubject, concernsLab, CaseFailed } from '../lab-case.ts';
import type { CaseParts } from '../test-steps.ts';
import type { Trial, OpenTrial } from '../trial.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

const REWRITE = { mode: 'rewrite', name: 'rewriting its script and score' };
const DESCRIPTORS = { mode: 'descriptors', name: 'writing into its open files' };
const ENGINE = { mode: 'engine', name: 'programs, settings and an engine of the learner' };

/** Attacks that any learner can try, with their names in the report. */
const COMMON_ATTACKS = [REWRITE, DESCRIPTORS, ENGINE];

type CommonAttack = (typeof COMMON_ATTACKS)[number];

type Place = Pick<LabMachine, 'name' | 'user'>;

/**
 * Groups the attacks that cannot hide each other: an attack that breaks a check hides another one that fools it.
 * A trusted check has no script and runs no program in the machine. `REWRITE` then only touches files that no check
 * has, and `ENGINE` only programs and settings that no check uses. `DESCRIPTORS` writes into the files of every new
 * process, so it can break the engine or server that the check connects to. Pure.
 */
function attackGroups({ checks }: Pick<LabStep, 'checks'>): CommonAttack[][] {
  const isApart = checks.every(({ kind }) => kind === 'trusted' || kind === 'quiz');
  return isApart ? [[REWRITE, ENGINE], [DESCRIPTORS]] : COMMON_ATTACKS.map((attack) => [attack]);
}

/**
 * Returns a script that reverts earlier attacks and prepares these in a machine, as its user. They end after two
 * minutes at most.
 */
function attackOn(machine: Place, attacks: readonly CommonAttack[]): LabScript {
  const script = read('attack.sh')
    .replace('@MODES@', attacks.map(({ mode }) => mode).join(' '))
    .replace('@UNDO@', () => read('undo.sh'))
    .replace('@ATTACK@', () => read('attack.pl'));
  return scriptOn(machine, attacks.map(({ name }) => name).join(', '), script);
}

/** Returns a script that reverts {@link attackOn}. */
function undoOn(machine: Place): LabScript {
  return scriptOn(machine, 'undo.sh', read('undo.sh'));
}

function scriptOn({ name: machine, user }: Place, name: string, script: string): LabScript {
  return { name, script, machine, user };
}

/** Time limit of a solution after tampering, in seconds: what it waits for may never happen. */
const REPAIR_SECONDS = 60;

/** Whether the step has a check of the machine's state. Questions only depend on the answer. */
export const canBeTamperedWith = ({ checks }: Pick<LabStep, 'checks'>): boolean =>
  checks.some(({ kind }) => kind !== 'quiz');

/** Returns the names of the attacks on the step. Pure. */
export const attacksOn = (step: LabStep): string[] =>
  canBeTamperedWith(step) ? [...step.tamper, ...COMMON_ATTACKS].map(({ name }) => name) : [];

/**
 * Tries to pass steps without doing their work, from `steps[0]` on, in one environment: first with the step's
 * `tamper` scripts, then with the common attacks. Afterwards the solution must pass the step. If it does not, the
 * check may have failed for another reason, and the later steps need a new environment. Returns those steps.
 */
export async function testTampering(
  lab: Lab,
  steps: readonly LabStep[],
  { openTrial, recorder }: CaseParts,
  signal: AbortSignal,
): Promise<LabStep[]> {
  const [first] = steps;
  if (!first) return [];
  let opened: OpenTrial | undefined;
  try {
    const { trial } = (opened = await openTrial(lab, signal));
    for (const step of lab.steps.slice(0, lab.steps.indexOf(first))) {
      await trial.enter(step);
      await trial.solve(step);
    }
    for (const [place, step] of steps.entries()) {
      await trial.enter(step);
      const attempts = canBeTamperedWith(step) ? createAttempts(lab, step, trial) : undefined;
      const fooled = attempts && (await isFooled(step, { attempts, recorder }, signal));
      if (fooled || !(await isDone(step, { trial, attempts }, signal))) return steps.slice(place + 1);
    }
    return [];
  } catch (error) {
    if (!concernsLab(error, signal)) throw error;
    for (const how of attacksOn(first)) recorder.skip(tamperSubject(first, how), error.message);
    return steps.slice(1);
  } finally {
    await opened?.close();
  }
}

/** Runs all attempts on a step. Returns whether one passed it. */
async function isFooled(
  step: LabStep,
  { attempts, recorder }: { attempts: Attempts; recorder: CaseParts['recorder'] },
  signal: AbortSignal,
): Promise<boolean> {
  let fooled = false;
  async function tryOne(name: string, attempt: () => Promise<string>): Promise<void> {
    const subject = tamperSubject(step, name);
    if (fooled) recorder.skip(subject, 'An earlier attempt passed the step or broke it.');
    else fooled = !(await recorder.run(subject, attempt, signal));
  }
  /** Runs a group at once. Only if that is inconclusive, it runs each attack separately. */
  async function tryGroup(group: readonly CommonAttack[]): Promise<void> {
    const startedAt = performance.now();
    const together = group.length === 1 || fooled ? undefined : await attempts.together(group, signal);
    if (together?.isKnown) {
      const seconds = (performance.now() - startedAt) / 1000 / group.length;
      const seen = { said: together.verdict.message, seconds };
      for (const { name } of group) recorder.pass(tamperSubject(step, name), seen);
      return;
    }
    for (const attack of group) {
      await tryOne(attack.name, async () => {
        const said = await attempts.attack(attack);
        // If no single attack passes the step, the combination does.
        if (together && attack === group.at(-1)) notPassed(together.verdict, ' by all such attacks at once');
        return said;
      });
    }
  }

  for (const script of step.tamper) await tryOne(script.name, () => attempts.script(script));
  for (const group of attackGroups(step)) await tryGroup(group);
  return fooled;
}

async function isDone(
  step: LabStep,
  { trial, attempts }: { trial: Trial; attempts: Attempts | undefined },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await attempts?.undo();
    await trial.solve(step, REPAIR_SECONDS);
    return step.checks.length === 0 || (await trial.judge(step)).passed;
  } catch (error) {
    if (!concernsLab(error, signal)) throw error;
    return false;
  }
}

type Attempts = ReturnType<typeof createAttempts>;

type Verdict = Awaited<ReturnType<Trial['judgeAttack']>>;

/**
 * Creates the attempts to pass a step without doing its work. Each returns the check's message, and throws CaseFailed
 * if the step passes.
 */
function createAttempts(lab: Lab, step: LabStep, trial: Trial) {
  /** The verdict before the attacks. */
  let usual: Verdict | undefined;

  async function judgeUnder(attacks: readonly CommonAttack[]): Promise<Verdict> {
    for (const machine of lab.machines) await trial.run(attackOn(machine, attacks));
    return trial.judgeAttack(step);
  }

  return {
    /** Runs a script of the lab's author. */
    async script(script: LabScript): Promise<string> {
      await trial.run(script);
      usual = await trial.judgeAttack(step);
      return notPassed(usual);
    },

    attack: async (attack: CommonAttack): Promise<string> => notPassed(await judgeUnder([attack])),

    /** Runs several attacks at once. The result holds for each of them only if the check neither passed nor broke. */
    async together(attacks: readonly CommonAttack[], signal: AbortSignal) {
      try {
        usual ??= await trial.judgeAttack(step);
        const verdict = await judgeUnder(attacks);
        const isKnown = !verdict.passed && verdict.state === 'finished' && saysSame(verdict, usual);
        return { isKnown, verdict };
      } catch (error) {
        if (!concernsLab(error, signal)) throw error;
        return undefined;
      }
    },

    /** Reverts all attacks. */
    async undo(): Promise<void> {
      for (const machine of lab.machines) await trial.run(undoOn(machine));
    },
  };
}

/** Returns the check's message. @throws CaseFailed if the step passed */
function notPassed({ passed, message, output }: Verdict, how = ''): string {
  if (!passed) return message;
  throw new CaseFailed(`It is passed without its work being done${how}: "${message}"`, output);
}

/** Whether two verdicts are equal. A check that an attack breaks rarely reports exactly the same, errors included. */
function saysSame(one: Verdict, other: Verdict): boolean {
  return isDeepStrictEqual(one.verdicts, other.verdicts);
}
