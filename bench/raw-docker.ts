import type { Duplex } from 'node:stream';
import Docker from 'dockerode';

/** Creates a plain engine client. */
export function connectDocker(host: string | undefined): Docker {
  const address = new URL(host ?? 'unix:///var/run/docker.sock');
  return address.protocol === 'unix:'
    ? new Docker({ socketPath: address.pathname })
    : new Docker({ host: address.hostname, port: Number(address.port) });
}

/** Opens a shell in the simplest way, as the baseline for the service. */
export async function openRawShell(container: Docker.Container): Promise<Duplex> {
  const exec = await container.exec({
    Cmd: ['/bin/bash', '-l'],
    User: 'learner',
    Env: ['TERM=xterm-256color', 'LANG=C.UTF-8'],
    Tty: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  return exec.start({ hijack: true, stdin: true, Tty: true });
}
