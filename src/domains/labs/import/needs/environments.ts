import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { fault } from '../../../../core/errors.ts';
import { writeKey } from '../../lab-problem.ts';
import { explainIssue } from '../../schema/schema-messages.ts';
import { emptyContext } from '../../schema/lab-context.ts';
import { machineSchema } from '../../schema/machine-schema.ts';
import { mapping, size } from '../../schema/values.ts';

const machine = machineSchema(emptyContext).shape;

/** A size, which is copied to the lab unchanged. */
const memory = z
  .string()
  .refine(
    (written) => size('1 GiB').safeParse(written).success,
    'must be a size with its unit, such as "1 GiB", from 16 MiB to 1 TiB',
  );

/** The environment for an imageid. */
const runs = mapping({
  image: machine.image,
  hosts: z.array(machine.name).min(1).max(10).optional(),
  folder: z
    .string()
    .regex(/^\/\S*$/, 'must be an absolute path, such as "/root"')
    .optional(),
  memory: memory.optional(),
  cpus: z.number().min(0.05).max(256).optional(),
  profile: machine.profile.unwrap().optional(),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be the name of a user in the image')
    .optional(),
  registry: z.boolean().optional(),
  lacks: z.array(z.string().regex(/^[\w.+-]+$/, 'must be the name of a program')).optional(),
});

const refused = mapping({ refuse: z.string().min(1) });

/** Entries by imageid; `*` matches any characters. */
const environmentTable = z.record(
  z.string(),
  z.union([runs, refused], { error: 'must have "image", or "refuse" with the reason' }),
);

type EnvironmentTable = z.output<typeof environmentTable>;

/** Berth's image for imports, a replacement for the Ubuntu of Katacoda and Killercoda. */
export const PLAIN_IMAGE = 'berth/lab-ubuntu';

/** Programs that the images of Katacoda and Killercoda have, but language images do not. */
const NOT_PLAIN = ['docker', 'docker-compose', 'podman', 'kubectl', 'helm', 'minikube', 'systemctl', 'snap'];

/** A Debian command line as root, in which `apt` works as in Ubuntu. Its commands.txt lists its programs. */
const plain = { image: PLAIN_IMAGE };

/** A language image from Docker Hub, with the folder of Katacoda's images. */
const language = (image: string) => ({ image, folder: '/home/scrapbook/tutorial', lacks: NOT_PLAIN });

const KUBERNETES = { refuse: 'needs a Kubernetes cluster, which Berth does not run' };
/** Berth's image with a Docker engine for the learner and without root. */
const ENGINE = {
  image: 'berth/lab-docker',
  profile: 'nested',
  user: 'learner',
  registry: true,
  memory: '1 GiB',
  lacks: NOT_PLAIN.filter((program) => !program.startsWith('docker')),
} as const;

/** Environments for the imageids of Katacoda and Killercoda. The first matching entry applies. */
const defaultEnvironments: EnvironmentTable = {
  'ubuntu*': plain,
  'debian*': plain,
  'linux*': plain,
  'bash*': { ...plain, folder: '/home/scrapbook/tutorial' },
  git: { ...plain, folder: '/home/scrapbook/tutorial' },
  'vscode*': plain,
  none: plain,
  'centos*': { image: 'quay.io/centos/centos:stream9', lacks: NOT_PLAIN },
  'fedora*': { image: 'fedora:latest', lacks: NOT_PLAIN },
  'alpine*': { image: 'alpine:3', lacks: NOT_PLAIN },
  'rhel*': {
    refuse: 'needs Red Hat Enterprise Linux; set an image that you may use in your own table',
  },
  'python*': language('python:3'),
  'nodejs*': language('node:lts'),
  'node*': language('node:lts'),
  'golang*': language('golang:1'),
  'go:*': language('golang:1'),
  go: language('golang:1'),
  'openjdk*': language('eclipse-temurin:21'),
  'java*': language('eclipse-temurin:21'),
  'rust*': language('rust:1'),
  'ruby*': language('ruby:3'),
  'rlang*': language('r-base:latest'),
  'dotnet*': language('mcr.microsoft.com/dotnet/sdk:8.0'),
  '*kube*': KUBERNETES,
  'k8s*': KUBERNETES,
  'k3s*': KUBERNETES,
  '*openshift*': { refuse: 'needs an OpenShift cluster, which Berth does not run' },
  'crc*': { refuse: 'needs an OpenShift cluster, which Berth does not run' },
  '*swarm*': {
    refuse: 'needs several machines with container engines that form a swarm, which Berth does not run',
  },
  '*docker*': ENGINE,
  '*podman*': { refuse: 'needs Podman, which no image of Berth has; set one in your own table' },
  '*terraform*': { refuse: 'needs an account of a cloud provider' },
  'aws*': { refuse: 'needs an account of a cloud provider' },
  'gcp*': { refuse: 'needs an account of a cloud provider' },
};

/** The environment of an imported lab. */
export interface Environment {
  image: string;
  /** Names of its machines, the one with the terminal first. */
  hosts: readonly string[];
  /** Working directory that the scenario expects. */
  folder: string;
  /** Isolation profile of its machines. */
  profile: 'standard' | 'restricted' | 'nested';
  /** User of terminals and scripts. */
  user: string;
  /** Whether the lab can access the local registry. */
  registry: boolean;
  memory: string;
  cpus: number;
  /** Programs that such scenarios may need and that the image lacks. */
  lacks: readonly string[];
}

/** Returns the environment for an imageid, or the reason why none is available. */
export type EnvironmentFor = (imageid: string) => Environment | { refuse: string };

/** Reads the user's table, whose entries precede Berth's. @throws CONFIG_INVALID */
export async function readEnvironments(path: string | undefined): Promise<EnvironmentFor> {
  return environmentsOf(path === undefined ? {} : await readTable(path));
}

/** Creates a lookup that uses the first matching entry, with those of `own` first. Pure. */
export function environmentsOf(own: EnvironmentTable): EnvironmentFor {
  const entries = [...Object.entries(own), ...Object.entries(defaultEnvironments)];
  return (imageid) => {
    const [, found] = entries.find(([pattern]) => fits(pattern, imageid)) ?? [];
    if (!found) return { refuse: 'is not in the table of environments; see docs/importing.md' };
    if ('refuse' in found) return found;
    const { profile = 'standard', user = 'root', ...settings } = given(found);
    const folder = homeOf(user);
    const defaults = { hosts: ['host01'], folder, registry: false, memory: '512 MiB', cpus: 1, lacks: [] };
    const isExplicit = Object.values(own).includes(found) && found.memory !== undefined;
    const memory = isExplicit ? undefined : memoryIn(imageid);
    return { profile, user, ...defaults, ...settings, ...(memory !== undefined && { memory }) };
  };
}

/** Returns the memory in an imageid such as "ubuntu-4GB". */
function memoryIn(imageid: string): string | undefined {
  const [, number, unit = ''] = /[-_](\d{1,3})\s*([GM])i?B?$/i.exec(imageid) ?? [];
  return number === undefined ? undefined : `${number} ${unit.toUpperCase()}iB`;
}

/** Returns the home folder of a user. */
export function homeOf(user: string): string {
  return user === 'root' ? '/root' : `/home/${user}`;
}

function given<Entry extends object>(entry: Entry) {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Entry]: Exclude<Entry[Key], undefined>;
  };
}

/** Whether an imageid matches a pattern, ignoring case; `*` matches any characters. */
function fits(pattern: string, imageid: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const name = imageid.toLowerCase();
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return name === first;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

async function readTable(path: string): Promise<EnvironmentTable> {
  const problem = (text: string, cause?: unknown) =>
    fault(
      'CONFIG_INVALID',
      { problem: `Could not read the table of environments "${path}": ${text}` },
      cause,
    );
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw problem(`${error.code}.`, error);
  });
  let data: unknown;
  try {
    data = parse(text);
  } catch (error) {
    throw problem((error as Error).message, error);
  }
  const read = environmentTable.safeParse(data ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues.flatMap((one) => explainIssue(one, data));
  throw problem(issue ? `${writeKey(issue.path)}: ${issue.message}` : read.error.message);
}
