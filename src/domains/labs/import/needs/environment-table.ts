import { z } from 'zod';
import { emptyContext } from '../../schema/lab-context.ts';
import { machineSchema } from '../../schema/machine-schema.ts';
import { mapping } from '../../schema/mapping.ts';
import { size } from '../../schema/quantities.ts';

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
export const environmentTable = z.record(
  z.string(),
  z.union([runs, refused], { error: 'must have "image", or "refuse" with the reason' }),
);

export type EnvironmentTable = z.output<typeof environmentTable>;

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
export const defaultEnvironments: EnvironmentTable = {
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
