import { addAsset } from './assets.ts';
import type { AssetWork, WrittenFile } from './assets.ts';
import { homeOf } from './needs/environments.ts';
import type { Environment } from './needs/environments.ts';
import type { Scenario } from './reading/scenario.ts';
import type { PagePort } from './text/page.ts';

/** Maximum number of ports of a machine. */
const MOST_PORTS = 20;

/** Longest name of a port, in characters. */
const LONGEST_NAME = 60;

/** Aliases of the machine with the terminal. */
const FIRST = new Set(['client', 'host01']);

/** Returns the machines of lab.yaml. */
export async function writeMachines({
  scenario,
  environment,
  ports,
  start,
  work,
}: {
  scenario: Scenario;
  environment: Environment;
  ports: readonly PagePort[];
  /** Start scripts of the first machine. */
  start: readonly object[];
  work: AssetWork;
}): Promise<object[]> {
  const files = await filesByHost(scenario, environment, work);
  const [first = 'host01'] = environment.hosts;
  return environment.hosts.map((name) => ({
    name,
    image: environment.image,
    ...(environment.profile !== 'standard' && { profile: environment.profile }),
    user: environment.user,
    ...(environment.folder !== homeOf(environment.user) && { shell: shellIn(environment.folder) }),
    memory: environment.memory,
    cpus: environment.cpus,
    ...list('ports', name === first ? portsOf(scenario, name, ports) : portsOf(undefined, name, ports)),
    ...list('files', files.get(name) ?? []),
    ...list('start', name === first ? [...folderStart(environment), ...start] : []),
  }));
}

async function filesByHost(
  scenario: Scenario,
  { hosts, user }: Environment,
  work: AssetWork,
): Promise<Map<string, WrittenFile[]>> {
  const files = new Map<string, WrittenFile[]>();
  for (const asset of scenario.assets) {
    const host = hosts.includes(asset.host) ? asset.host : FIRST.has(asset.host) ? hosts[0] : undefined;
    if (host === undefined) {
      const message = `there is no machine "${asset.host}"; "${asset.file}" is skipped`;
      work.notes.warn(message, work.placeOf(asset.path));
      continue;
    }
    const file = await addAsset({ ...asset, target: atHome(asset.target, user) }, work);
    if (file) files.set(host, [...(files.get(host) ?? []), file]);
  }
  return files;
}

/** Moves a target in root's home to the home of the machine's user. */
function atHome(target: string, user: string): string {
  return user === 'root' ? target : target.trim().replace(/^\/root(?=\/|$)/, '~');
}

function portsOf(scenario: Scenario | undefined, host: string, ports: readonly PagePort[]) {
  const named = (scenario?.dashboards ?? []).map(({ name, port }) => {
    return {
      port,
      name: name
        .replaceAll(/[\s\p{Cc}]+/gu, ' ')
        .trim()
        .slice(0, LONGEST_NAME),
    };
  });
  const linked = ports.flatMap((one) => (one.host === host ? [{ port: one.port, name: '' }] : []));
  const all = new Map<number, { port: number; name: string } | number>();
  for (const { port, name } of [...named, ...linked]) {
    if (port >= 1 && port <= 65_535 && !all.has(port)) all.set(port, name === '' ? port : { port, name });
  }
  return [...all.values()].slice(0, MOST_PORTS);
}

function shellIn(folder: string): string[] {
  return ['/bin/bash', '-c', `cd ${folder}; exec bash -l`];
}

function folderStart({ folder, user }: Environment): string[] {
  return folder === homeOf(user) ? [] : [`mkdir -p ${folder}`];
}

function list(key: string, entries: readonly unknown[]): object {
  return entries.length === 0 ? {} : { [key]: entries };
}
