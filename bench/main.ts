import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { clearService } from '../test/kit/engine/installation.ts';
import { BURST, measureBurst, measureWarmBurst } from './burst.ts';
import { measureColdStart } from './cold-start.ts';
import { createBenchContext } from './context.ts';
import type { BenchContext, Figure } from './context.ts';
import { measureDiskLimit, SMALL_DISK_LAB } from './disk-limit.ts';
import { measureEcho } from './echo.ts';
import { measureGradebook } from './gradebook.ts';
import { measureMatrix } from './matrix.ts';
import { measureGraphql } from './graphql.ts';
import {
  measureNestedClass,
  measureNestedCold,
  measureNestedIdle,
  measureNestedWarm,
  NESTED_LAB,
  NESTED_READY,
} from './nested.ts';
import { measureHostileFlood } from './hostile-flood.ts';
import { measureInterrupt } from './interrupt.ts';
import { measureManyTerminals } from './many-terminals.ts';
import { connectDocker } from './raw-docker.ts';
import { targets } from './targets.ts';
import { measureTerminalMemory } from './terminal-memory.ts';
import { measureThroughput } from './throughput.ts';
import { measureDownload, measureUpload } from './transfer.ts';
import { measureWatching } from './watch-output.ts';
import { measureWarmStart, READY } from './warm-start.ts';

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });

/** The default lab, and the first bytes of the service's networks. */
const LAB = 'linux-command-line';
const SUBNETS = '10.98';

interface Measurement {
  /** The names of its figures. */
  figures: readonly string[];
  /** Measures a service that nothing else uses. */
  measure(context: BenchContext): Promise<Record<string, Figure>>;
  /** Number of prewarmed environments. */
  prewarmed?: number;
  /** The lab that it starts; by default {@link LAB}. */
  lab?: string;
  /** Whether the service can access only the engine's socket. */
  seesNoDisk?: boolean;
}

/** Run one after another, each with its own service, so that no measurement affects the next one. */
const measurements: readonly Measurement[] = [
  { figures: ['echo', 'echo_bridge'], measure: measureEcho },
  { figures: ['throughput', 'throughput_bridge'], measure: measureThroughput },
  single('interrupt', measureInterrupt),
  single('cold_start', (context) => measureColdStart(context)),
  single('warm_start', measureWarmStart, READY),
  single('burst_60', measureBurst),
  single('burst_60_warm', measureWarmBurst, BURST),
  single('upload', measureUpload),
  single('download', measureDownload),
  ...[
    single('nested_cold', measureNestedCold),
    single('nested_warm', measureNestedWarm, NESTED_READY),
    single('nested_class', measureNestedClass),
    single('nested_idle_mib', measureNestedIdle),
  ].map((measurement) => ({ ...measurement, lab: NESTED_LAB })),
  single('terminal_kb', (context) => measureTerminalMemory(context)),
  { figures: ['terminals_2000', 'terminals_2000_kb'], measure: measureManyTerminals, lab: 'many-shells' },
  {
    figures: ['hostile_flood', 'hostile_flood_p50', 'hostile_flood_health'],
    measure: measureHostileFlood,
    lab: 'many-shells',
  },
  diskLimit('disk_limit'),
  { ...diskLimit('disk_limit_socket'), seesNoDisk: true },
];

function single(
  name: string,
  measure: (context: BenchContext) => Promise<Figure>,
  prewarmed = 0,
): Measurement {
  return { figures: [name], measure: async (context) => ({ [name]: await measure(context) }), prewarmed };
}

function diskLimit(seconds: string): Measurement {
  const mib = `${seconds}_mib`;
  return {
    figures: [seconds, mib],
    measure: (context) => measureDiskLimit(context, { seconds, mib }),
    lab: SMALL_DISK_LAB,
  };
}

const wanted = (name: string) => values.only === undefined || values.only.split(',').includes(name);

const figures: Record<string, Figure> = {};
await promisify(execFile)('npm', ['run', '-s', 'build:server']);
for (const measurement of measurements) {
  if (!measurement.figures.some(wanted)) continue;
  note(measurement.figures.join(', '));
  Object.assign(figures, await withService(measurement));
}
if (wanted('watch_output')) {
  note('watch_output');
  figures['watch_output'] = measureWatching();
}
if (wanted('labs_query') || wanted('session_query')) {
  note('labs_query, session_query');
  Object.assign(figures, await measureGraphql());
}
if (wanted('gradebook') || wanted('gradebook_outdated')) {
  note('gradebook, gradebook_outdated');
  Object.assign(figures, await measureGradebook());
}
if (wanted('matrix')) {
  note('matrix');
  figures['matrix'] = await measureMatrix();
}
process.stdout.write(table(figures));
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);

/** Runs the built service with its own data folder while `measure` runs. */
async function withService({
  measure,
  lab = LAB,
  prewarmed = 0,
  seesNoDisk = false,
}: Measurement): Promise<Record<string, Figure>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'berth-bench-'));
  const labsDir = join(dataDir, 'labs');
  for (const folder of ['labs', 'bench/labs']) await cp(folder, labsDir, { recursive: true });
  await appendFile(join(labsDir, lab, 'lab.yaml'), `\nwarm: ${prewarmed}\n`);
  const [port, inspectorPort] = [await freePort(), await freePort()];
  const adminToken = randomBytes(24).toString('hex');
  const env = {
    ...process.env,
    BERTH_PORT: String(port),
    BERTH_DATA_DIR: dataDir,
    BERTH_ADMIN_TOKEN: adminToken,
    BERTH_LABS_DIR: labsDir,
    BERTH_SUBNET_POOL: `${SUBNETS}.0.0/16`,
    BERTH_TERMINAL_LIMIT: '1000',
    BERTH_REGISTRY: 'off',
    BERTH_NESTED_DOCKER: 'on',
  };
  const command = [
    ...(seesNoDisk ? await hidingDisk() : []),
    process.execPath,
    `--inspect=127.0.0.1:${inspectorPort}`,
    'dist/cli/main.js',
    'serve',
  ];
  const service = spawn('env', command, { stdio: ['ignore', 'pipe', 'ignore'], env });
  const exited = once(service, 'exit');
  try {
    await readyLine(service.stdout);
    const context = createBenchContext({
      baseUrl: `http://127.0.0.1:${port}`,
      adminToken,
      lab,
      subnets: SUBNETS,
      dockerHost: process.env['DOCKER_HOST'],
      inspectorPort,
    });
    try {
      return await measure(context);
    } finally {
      await context.close();
    }
  } finally {
    service.kill('SIGTERM');
    await exited;
    await clearService(env);
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Returns a command prefix that hides the engine's folders from a program, as a container does. */
async function hidingDisk(): Promise<string[]> {
  const { DockerRootDir } = (await connectDocker(process.env['DOCKER_HOST']).info()) as {
    DockerRootDir: string;
  };
  const script = 'mount -t tmpfs none "$0" && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', script, DockerRootDir];
}

/** Resolves when the service logs that it is ready. The rest of its log is discarded. */
function readyLine(output: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    output.on('data', (chunk: Buffer) => {
      if (text.length < 65_536) text += chunk.toString();
      if (text.includes('Berth is ready')) resolve();
    });
    output.on('end', () => reject(new Error(`The service did not start.\n${text}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function note(what: string): void {
  process.stderr.write(`measuring ${what}\n`);
}

function table(rows: Record<string, Figure>): string {
  const body = Object.entries(rows).map(([name, { ours, raw, ratio }]) =>
    line([
      name,
      round(ours),
      round(raw),
      targets[name]?.unit ?? '',
      ratio.toFixed(2),
      targets[name]?.target ?? '',
    ]),
  );
  return line(['', 'ours', 'raw', 'unit', 'ratio', 'to reach']) + body.join('');
}

function line(cells: string[]): string {
  return `${cells.map((cell, at) => (at === 0 ? cell.padEnd(18) : cell.padStart(12))).join('')}\n`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
