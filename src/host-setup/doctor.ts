import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connectEngine } from '../engine/docker/client.ts';
import { readLocalDisk } from '../engine/docker/gauge/create-gauge.ts';
import { readEngineInfo } from '../engine/docker/engine-info.ts';
import { createDockerImages } from '../engine/docker/images/images.ts';
import { EGRESS_IMAGE } from '../engine/docker/docker-engine.ts';
import { createNestedSupport, isNestedWanted } from '../engine/docker/nested/nested-support.ts';
import type { NestedSetting } from '../engine/docker/nested/nested-support.ts';
import { DEFAULT_ENGINE } from '../engine/engine-address.ts';
import type { EngineImages } from '../engine/engine-images.ts';
import { isFault } from '../core/errors.ts';
import {
  previewSiblingProblem,
  checkDatabase,
  checkDataFolder,
  checkEncryption,
  checkEngine,
  checkEngineDisk,
  checkImages,
  checkKernelLimits,
  checkNested,
  checkNode,
  checkPort,
  checkPreviewDomain,
  checkSubnetPool,
  checkTestPrograms,
} from './doctor-checks.ts';
import { plainHttpProblem } from '../core/service-url.ts';
import type { Portion } from '../core/units.ts';
import { BASE_IMAGE } from './base-image.ts';
import type { Finding } from './doctor-checks.ts';
import { probeDatabase, probeFolder, probePort, probeTestPrograms, readRoutes } from './doctor-facts.ts';
import { pingEngine } from './daemon-process.ts';
import { readKernelLimits } from './kernel-limits.ts';
import { findDebian } from './lab-image-base.ts';
import type { BuildBase } from './lab-image-base.ts';
import { listLabImages, readRecipe, repositoryOf, neededImages } from './lab-images.ts';
import type { LabImageFolder } from './lab-images.ts';

/** Folder of the tests. A packaged installation has none. */
const testsFolder = fileURLToPath(new URL('../../test', import.meta.url));

/** The settings that `berth doctor` checks. */
interface DoctorConfig {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly subnetPool: string;
  readonly diskReserve?: Portion | undefined;
  readonly nestedDocker: NestedSetting;
  readonly nestedRuntime: string | undefined;
  readonly publicUrl: string | undefined;
  readonly previewDomain: string | undefined;
}

/** Checks everything that Berth needs on this host. Changes nothing; some checks run in a temporary container. */
export async function examine({
  config,
  env,
  imagesFolder,
}: {
  config: DoctorConfig;
  env: NodeJS.ProcessEnv;
  imagesFolder: string;
}): Promise<Finding[]> {
  const [engine, kernelLimits, routes, folder, database, port, programs] = await Promise.all([
    examineEngine(env, imagesFolder, config),
    readKernelLimits(),
    readRoutes(),
    probeFolder(config.dataDir),
    probeDatabase(config.databaseUrl),
    probePort(config.host, config.port),
    probeTestPrograms(),
  ]);
  return [
    checkNode(process.versions.node),
    ...engine,
    ...checkKernelLimits(kernelLimits),
    checkSubnetPool(config.subnetPool, routes),
    ...checkDataFolder(folder),
    checkDatabase(withoutPassword(config.databaseUrl), database),
    checkPort(config.host, config.port, port),
    checkEncryption(plainHttpProblem(config)),
    checkPreviewDomain(previewSiblingProblem(config)),
    ...(existsSync(testsFolder) ? [checkTestPrograms(programs)] : []),
  ];
}

async function examineEngine(
  env: NodeJS.ProcessEnv,
  imagesFolder: string,
  { diskReserve, nestedDocker: setting, nestedRuntime: runtime }: DoctorConfig,
): Promise<Finding[]> {
  const address = env['DOCKER_HOST'] || DEFAULT_ENGINE;
  const ping = await pingEngine(address, env);
  if (ping.state !== 'up') return checkEngine(address, { problem: ping.reason });
  const { docker, close } = connectEngine(address, env);
  try {
    const images = createDockerImages({ docker });
    const nested = createNestedSupport({
      docker,
      installation: 'doctor',
      image: EGRESS_IMAGE,
      setting,
      runtime,
    });
    return [
      ...checkEngine(address, await readEngineInfo(docker)),
      ...checkEngineDisk(await readLocalDisk(docker), diskReserve),
      checkNested(setting, await nested.problem()),
      ...checkImages(
        await wantedImages(images, { imagesFolder, env, nested: await isNestedWanted(docker, env) }),
      ),
    ];
  } finally {
    close();
  }
}

async function wantedImages(
  images: EngineImages,
  { imagesFolder, env, nested }: { imagesFolder: string; env: NodeJS.ProcessEnv; nested: boolean },
) {
  const debian = await findDebian(images);
  const wanted = [{ name: BASE_IMAGE, present: debian !== undefined }];
  for (const folder of neededImages(await listLabImages(imagesFolder), env, { nested })) {
    wanted.push({ name: repositoryOf(folder.name), present: await isBuilt(images, folder, debian) });
  }
  return wanted;
}

/** Returns whether the engine has the image of the folder's current content. */
async function isBuilt(images: EngineImages, folder: LabImageFolder, debian: BuildBase | undefined) {
  if (!debian) return false;
  try {
    const { name } = await readRecipe({ images, folder, debian, fetch: false });
    return (await images.find(name)) !== undefined;
  } catch (error) {
    if (!isFault(error, 'IMAGE_NOT_FOUND')) throw error;
    return false;
  }
}

function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/[^:@/]*):[^@]*@/, '$1:…@');
}

const MARKS = { ok: '✔', advice: '!', missing: '✘' } as const;

/** Formats the findings for people, each with its fix, and the conclusion. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, detail, fix }) => [
    `${MARKS[state]} ${name.padEnd(width)}  ${detail}`,
    ...(fix ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => `  ${' '.repeat(width)}  → ${line.trim()}`),
  ]);
  const missing = findings.filter(({ state }) => state === 'missing').length;
  const verdict =
    missing === 0 ? 'Berth can run here.' : `Fix ${missing} of these before Berth can run here.`;
  return `${lines.join('\n')}\n\n${verdict}\n`;
}
