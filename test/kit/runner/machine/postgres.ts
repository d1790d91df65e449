import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { runCommand } from '../../../../setup/command.mjs';
import { whenMissing } from '../../../../setup/debian.mjs';
import { freePort, startServiceProcess } from './service-process.ts';

const INSTALLATIONS = '/usr/lib/postgresql';
/** Test files run in parallel, each with several pools. */
const MAX_CONNECTIONS = 300;

/** The folder with the programs of the newest installed PostgreSQL server, if any. */
export async function findPostgres(): Promise<string | undefined> {
  const versions = (await readdir(INSTALLATIONS).catch(whenMissing<string[]>([]))).map(Number);
  for (const version of versions.toSorted((a, b) => b - a)) {
    const folder = join(INSTALLATIONS, String(version), 'bin');
    const programs = await readdir(folder).catch(whenMissing<string[]>([]));
    if (programs.includes('initdb') && programs.includes('postgres')) return folder;
  }
  return undefined;
}

/**
 * Starts the tests' own PostgreSQL server on the loopback address, whose data is deleted when it stops. Returns the URL
 * of its superuser.
 */
export async function startPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const programs = await findPostgres();
  if (!programs) throw new Error('PostgreSQL is not installed.');
  const owner = await findOwner();
  const folder = await mkdtemp(join(tmpdir(), 'berth-postgres-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const password = randomBytes(18).toString('hex');
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    for (const path of [folder, passwordFile]) await chown(path, owner.uid, owner.gid);
    const data = join(folder, 'data');
    const cluster = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile];
    await runCommand(join(programs, 'initdb'), [...cluster, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'], {
      ...owner,
      cwd: folder,
    });
    const port = await freePort();
    const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
    const server = await startServiceProcess({
      command: join(programs, 'postgres'),
      args: ['-D', data, '-p', String(port), ...settings()],
      ...owner,
      cwd: folder,
      stopSignal: 'SIGINT',
      isReady: () => answers(url),
    });
    return {
      url,
      async stop() {
        await server.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

/** The data need not survive a crash, so no write waits for the disk. */
function settings(): string[] {
  return [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    `max_connections=${MAX_CONNECTIONS}`,
  ].flatMap((setting) => ['-c', setting]);
}

/** PostgreSQL refuses to run as root, so it runs as the user that its package created. */
async function findOwner(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (uid !== 0) return { uid, gid };
  const users = await readFile('/etc/passwd', 'utf8');
  const match = /^postgres:[^:]*:(\d+):(\d+):/m.exec(users);
  if (!match) throw new Error('There is no user "postgres"; its package makes one.');
  return { uid: Number(match[1]), gid: Number(match[2]) };
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch (error) {
    // 57P03: the server is still starting up. ECONNREFUSED: it does not listen yet.
    const { code } = error as { code?: string };
    if (code === 'ECONNREFUSED' || code === '57P03') return false;
    throw error;
  } finally {
    await client.end();
  }
}
