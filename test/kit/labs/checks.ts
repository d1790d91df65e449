import type { CheckContext } from '../../../src/domains/checks/check-context.ts';
import type { LabCheck, ScriptCheck, TrustedCheck } from '../../../src/domains/labs/lab-check.ts';

const common = { id: 'check', title: undefined, weight: 1 };
const inMachine = { ...common, machine: 'main', timeoutSeconds: 10 };

type KindOf<Kind extends LabCheck['kind']> = Extract<LabCheck, { kind: Kind }>;

/** A script that root runs. */
export function scriptCheck(change: Partial<ScriptCheck>): ScriptCheck {
  return { ...inMachine, kind: 'script', script: 'true', user: 'root', ...change };
}

/** A script that runs next to the machine. */
export function trustedCheck(change: Partial<TrustedCheck>): TrustedCheck {
  return {
    ...inMachine,
    kind: 'trusted',
    script: 'true',
    image: undefined,
    paths: [],
    engine: false,
    ...change,
  };
}

const nothing = { contains: [], matches: undefined, equals: undefined };

/** A file check by root. */
export function fileCheck(path: string, change: Partial<KindOf<'file'>['file']> = {}): KindOf<'file'> {
  const any = { exists: true, kind: undefined, content: nothing, mode: undefined, owner: undefined };
  const content = { ...nothing, ...change.content };
  return { ...inMachine, kind: 'file', user: 'root', file: { path, ...any, ...change, content } };
}

/** A command that root runs. */
export function commandCheck(
  run: string[],
  change: Partial<KindOf<'command'>['command']> = {},
): KindOf<'command'> {
  return {
    ...inMachine,
    kind: 'command',
    user: 'root',
    command: { run, exit: 0, output: nothing, ...change },
  };
}

/** A request to a web server. */
export function httpCheck(port: number, change: Partial<KindOf<'http'>['http']> = {}): KindOf<'http'> {
  const usual = { path: '/', method: 'GET', headers: {}, https: false, status: 200, body: nothing } as const;
  return { ...inMachine, kind: 'http', http: { port, ...usual, ...change } };
}

/** Where a check runs: a machine whose user is `learner`. */
export function placeOn(machineId: string, environment: Record<string, string> = {}): CheckContext {
  return {
    lab: { slug: 'lab', version: 'v1' },
    sessionId: 'session',
    learnerId: 'learner',
    machineId,
    machineUser: 'learner',
    environment: { BERTH_STEP: 'one', ...environment },
    answer: undefined,
    reader: { languages: ['en'], language: 'en' },
  };
}
