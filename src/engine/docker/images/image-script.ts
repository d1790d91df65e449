import { PassThrough } from 'node:stream';
import type Dockerode from 'dockerode';
import { removeContainer } from '../environments/teardown.ts';
import { removeOverdue, untilLabel } from '../helper.ts';
import { packFiles } from './image-build.ts';

/** Output to keep, in bytes: more than a smoke test prints. */
const MAX_OUTPUT_BYTES = 64 * 1024;
const MEMORY_BYTES = 512 * 1024 * 1024;
const PIDS = 256;
const SCRIPT = 'berth-script';
const SCRIPT_LABEL = { 'berth.script': 'true' };
/** Time to create the container, copy the script and start it, in milliseconds. */
const PREPARATION_MS = 180_000;

/** Runs a script in a temporary container. First removes containers that a crash left behind. */
export async function runImageScript(
  docker: Dockerode,
  image: string,
  { text, timeoutMs }: { text: string; timeoutMs: number },
): Promise<{ exitCode: number | undefined; output: string }> {
  await removeOverdue(docker, SCRIPT_LABEL);
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: [`/${SCRIPT}`],
    Cmd: [],
    Labels: { ...SCRIPT_LABEL, ...untilLabel(PREPARATION_MS + timeoutMs) },
    HostConfig: {
      Init: true,
      NetworkMode: 'none',
      SecurityOpt: ['no-new-privileges'],
      Memory: MEMORY_BYTES,
      PidsLimit: PIDS,
    },
  });
  try {
    const script = { path: SCRIPT, content: Buffer.from(text), executable: true };
    await container.putArchive(packFiles([script]), { path: '/' });

    const attached = await container.attach({ stream: true, stdout: true, stderr: true });
    const output = collect(docker, attached);
    await container.start();
    // Not the engine's condition `next-exit`: it would wait forever for a script that has already exited.
    const exitCode = await withDeadline(container.wait(), timeoutMs);
    if (exitCode === undefined) await removeContainer(docker, container.id);
    return { exitCode, output: await output };
  } finally {
    await removeContainer(docker, container.id);
  }
}

function collect(docker: Dockerode, attached: NodeJS.ReadWriteStream): Promise<string> {
  const plain = new PassThrough();
  docker.modem.demuxStream(attached, plain, plain);
  const chunks: Buffer[] = [];
  let size = 0;
  plain.on('data', (chunk: Buffer) => {
    if (size < MAX_OUTPUT_BYTES) chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - size));
    size += chunk.length;
  });
  return new Promise((resolve, reject) => {
    attached.once('error', reject);
    attached.once('end', () => resolve(Buffer.concat(chunks).toString()));
  });
}

async function withDeadline(exit: Promise<{ StatusCode: number }>, timeoutMs: number) {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return (await Promise.race([exit, deadline]))?.StatusCode;
  } finally {
    clearTimeout(timer);
  }
}
