import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addTransports, createServer } from '../src/api/app.ts';
import { readConfig } from '../src/config/config.ts';
import { migrate } from '../src/infra/database/migrate.ts';
import { createServices } from '../src/services.ts';

const LABS = 20;
export const STEPS = 5;
export const TOKEN = 'berth-bench-token-0123456789';

const log = { info() {}, warn() {}, error() {} };

/**
 * Starts the service's GraphQL with twenty labs and one session on a SQLite file. Returns its port and the session. No
 * background work is started, so the session does not change.
 */
export async function serveOurs(
  settings: Record<string, string> = {},
  writeMore: (labs: string) => Promise<void> = async () => undefined,
) {
  const folder = await mkdtemp(join(tmpdir(), 'berth-bench-'));
  await writeLabs(join(folder, 'labs'));
  await writeMore(join(folder, 'labs'));
  const config = readConfig({ BERTH_DATA_DIR: folder, BERTH_LABS_DIR: join(folder, 'labs'), ...settings });
  await migrate({ url: config.databaseUrl });
  const services = await createServices({ config, log });
  const { authentication } = services;
  await authentication.bootstrap({ adminToken: TOKEN });
  const session = await services.sessions.start(await authentication.byToken(TOKEN), { lab: 'lab-1' });
  const app = createServer(config);
  await addTransports(app, config, services);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    port: (app.server.address() as { port: number }).port,
    sessionId: session.id,
    services,
    databaseUrl: config.databaseUrl,
    async close() {
      await app.close();
      await services.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeLabs(directory: string): Promise<void> {
  for (let lab = 1; lab <= LABS; lab++) {
    const folder = join(directory, `lab-${lab}`);
    await mkdir(folder, { recursive: true });
    const steps = Array.from(
      { length: STEPS },
      (_, step) =>
        `  - { id: step-${step}, title: Step ${step} of the lab, instructions: step.md, check: { script: check.sh } }`,
    );
    const yaml = `title: Lab number ${lab}\nmachines: [{ name: main, image: berth/lab-linux }]\nsteps:\n${steps.join('\n')}\n`;
    await writeFile(join(folder, 'lab.yaml'), yaml);
    await writeFile(join(folder, 'step.md'), 'Do this, then that.\n');
    await writeFile(join(folder, 'check.sh'), '#!/bin/sh\ntrue\n');
  }
}
