import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { call, engineWords } from '../faults.ts';
import { runHelper } from '../helper.ts';
import { labelsOf } from '../labels.ts';
import { removeOverdue, untilLabel } from '../overdue.ts';
import { nestedIsolation } from './nested-isolation.ts';
import { PROBE_SCRIPT, probeProblem } from './probe-script.ts';

/** Label of an engine that was set up for machines with engines of their own: it stands in its daemon.json. */
export const NESTED_ENGINE_LABEL = 'berth.nested-docker=on';

/** The probe asks the kernel a few questions. */
const PROBE_TIMEOUT_MS = 30_000;
/** Longest life of a probe: making and starting it may take a minute each. */
const PROBE_LIFETIME_MS = 180_000;

/** Whether machines may have engines: `auto` where the engine's own label says that it was set up for them. */
export type NestedSetting = 'auto' | 'on' | 'off';

export interface NestedOptions {
  docker: Docker;
  installation: string;
  /** Image with sh and unshare. */
  image: string;
  setting: NestedSetting;
  /** The engine's name of the runtime that such machines are run by; its own default when undefined. */
  runtime: string | undefined;
}

export type NestedSupport = ReturnType<typeof createNestedSupport>;

/** Whether machines can have engines of their own on this engine, and may. */
export function createNestedSupport(options: NestedOptions) {
  let probed = false;

  async function problem(): Promise<string | undefined> {
    const refusal = refusalOf(options.setting, (await call(() => options.docker.info())) as Info);
    if (refusal !== undefined || probed) return refusal;
    const found = await probe(options);
    probed = found === undefined;
    return found;
  }

  return {
    /** Why not; undefined where they can. */
    problem,

    runtime: options.runtime,

    /** @throws NESTED_ENGINE_UNAVAILABLE */
    async require(): Promise<void> {
      const found = await problem();
      if (found !== undefined) throw fault('NESTED_ENGINE_UNAVAILABLE', { problem: found });
    },
  };
}

/** Whether machines are to have engines here, as far as the setting and the engine's own words go. */
export async function wantsNested(docker: Docker, env: NodeJS.ProcessEnv): Promise<boolean> {
  const setting = (env['BERTH_NESTED_DOCKER'] || 'auto') as NestedSetting;
  return refusalOf(setting, (await call(() => docker.info())) as Info) === undefined;
}

/** Of the engine's answer, what matters here. */
interface Info {
  SecurityOptions?: string[] | null;
  Labels?: string[] | null;
}

/** What the engine's own words rule out. */
export function refusalOf(setting: NestedSetting, { SecurityOptions, Labels }: Info): string | undefined {
  const isOn = setting === 'on' || (setting === 'auto' && (Labels ?? []).includes(NESTED_ENGINE_LABEL));
  if (!isOn) return 'it is off, and an admin turns it on with BERTH_NESTED_DOCKER';
  if ((SecurityOptions ?? []).some((option) => /^name=userns\b/.test(option))) return undefined;
  return 'the engine does not remap users ("userns-remap" in its daemon.json), and what broke out of such a machine would be root of the host';
}

async function probe({ docker, installation, image, runtime }: NestedOptions): Promise<string | undefined> {
  const labels = labelsOf(installation, 'gauge');
  await removeOverdue(docker, labels);
  const missing = () =>
    fault('IMAGE_NOT_FOUND', {
      image,
      problem: 'it tries out what engines in machines need: "berth up" builds it',
    });
  const config = {
    Image: image,
    Entrypoint: ['sh', '-c', PROBE_SCRIPT],
    Cmd: [],
    User: '1000:1000',
    Labels: { ...labels, ...untilLabel(PROBE_LIFETIME_MS) },
    HostConfig: {
      NetworkMode: 'none',
      ...nestedIsolation(runtime),
      ReadonlyRootfs: true,
      PidsLimit: 32,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
    },
  };
  try {
    return probeProblem(await runHelper(docker, config, { timeoutMs: PROBE_TIMEOUT_MS, missing }));
  } catch (error) {
    if (!isFault(error, 'ENGINE_REFUSED')) throw error;
    return `the engine refuses what it takes: ${engineWords(error)}`;
  }
}
