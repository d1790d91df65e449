import { resolve } from 'node:path';
import { z } from 'zod';
import { fault } from '../core/errors.ts';
import { connectionSettings, readConnectionSettings } from './connection-settings.ts';
import type { ConnectionConfig } from './connection-settings.ts';
import { list, minutes, portion, proxies, webAddress } from './setting-values.ts';
import { labSettings } from './lab-settings.ts';
import { previewDomain } from './preview-domain.ts';
import { imageSettings } from './image-settings.ts';
import { nestedSettings } from './nested-settings.ts';
import type { NestedConfig } from './nested-settings.ts';
import { registrySettings } from './registry-settings.ts';
import { saveSettings } from './save-settings.ts';
import { readTerminalSettings, terminalSettings } from './terminal-settings.ts';
import type { TerminalConfig } from './terminal-settings.ts';
import { isTimeZone, systemZone } from '../core/zoned-time.ts';
import type { Portion } from '../core/units.ts';

/** Every setting of the service, read from the environment. docs/settings.md has the same table for people; a test holds the two together. */
export const settings = z.object({
  BERTH_HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all.'),
  BERTH_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('Port to listen on; 0 takes a free one.'),
  BERTH_PUBLIC_URL: webAddress
    .optional()
    .describe(
      'Address that people use, where it differs from host and port: links and the Origin check follow it.',
    ),
  BERTH_PREVIEW_DOMAIN: z
    .string()
    .regex(
      /^(?=.{1,180}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
      'must be a domain in small letters, such as preview.example.org, without scheme, port or "*."',
    )
    .optional()
    .describe(
      'Domain whose names all lead to Berth: ports of machines are opened in the browser below it, never on the address of Berth itself.',
    ),
  BERTH_ALLOWED_ORIGINS: list
    .pipe(z.array(webAddress))
    .describe('Further origins whose pages may open terminals, separated by commas.'),
  BERTH_TRUST_PROXY: proxies.describe(
    'Proxies in front whose X-Forwarded-* is believed: addresses or ranges such as 10.0.0.5 or 10.0.0.0/24, or "loopback", separated by commas; "false" for none.',
  ),
  ...connectionSettings,
  BERTH_DATA_DIR: z.string().default('./data').describe('Folder for the SQLite file and the secret key.'),
  ...labSettings,
  BERTH_ADMIN_TOKEN: z
    .string()
    .min(24)
    .optional()
    .describe('API token of the first admin, 24 characters or more; kept as a hash.'),
  BERTH_ENGINE_SETUP: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('"off" forbids installing and starting a container engine.'),
  DOCKER_HOST: z
    .string()
    .optional()
    .describe('Container engine to use, such as unix:///var/run/docker.sock or tcp://host:2376.'),
  DOCKER_TLS_VERIFY: z
    .string()
    .default('')
    .describe('Any value: speak TLS with the engine and demand a valid certificate.'),
  DOCKER_CERT_PATH: z
    .string()
    .optional()
    .describe('Folder with ca.pem, cert.pem and key.pem for the engine.'),
  DATABASE_URL: z
    .string()
    .regex(/^(file:|postgres(ql)?:\/\/)/, 'must begin with "file:" or "postgresql://"')
    .optional()
    .describe('Database; an SQLite file in the data folder when absent.'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must begin with "redis://" or "rediss://"')
    .optional()
    .describe('Redis that carries events between several service processes.'),
  BERTH_SUBNET_POOL: z
    .cidrv4()
    .default('10.231.0.0/16')
    .describe('Range from which each session gets a /28 network.'),
  BERTH_NAME_SERVERS: list
    .pipe(z.array(z.ipv4()))
    .describe('Name servers of machines with internet, IPv4 addresses separated by commas.'),
  BERTH_SESSION_LIMIT: z.coerce
    .number()
    .int()
    .min(1)
    .default(5)
    .describe('Most sessions of one learner at once; one that is stopping counts until it has ended.'),
  BERTH_MAX_SESSIONS: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Most sessions of all learners at once; others wait in a queue.'),
  BERTH_MEMORY_BUDGET: portion
    .prefault('80 %')
    .describe(
      'Memory that the machines of all sessions may use together: a size such as "12 GiB", or a share of the engine\'s memory such as "80 %"; others wait in a queue.',
    ),
  BERTH_DISK_RESERVE: portion
    .optional()
    .describe(
      "Below this much free on the engine's disk no session is begun: a size, or a share of the disk.",
    ),
  BERTH_PROVISION_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Environments made at the same time; others wait in a queue.'),
  BERTH_PROVISION_TIMEOUT_SECONDS: z.coerce
    .number()
    .int()
    .min(5)
    .default(300)
    .describe('Longest time to make an environment.'),
  ...registrySettings(webAddress),
  ...nestedSettings,
  ...imageSettings,
  BERTH_WARNING_MINUTES: minutes(5).describe('How long before a session ends its learner is warned.'),
  BERTH_WARM_LIMIT: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(100)
    .describe('Most prewarmed environments, of all labs together; 0 for none.'),
  BERTH_WARM_IDLE_MINUTES: minutes(120).describe(
    'A lab that nobody has started for so long has none prewarmed, but those of its schedule.',
  ),
  BERTH_WARM_AHEAD_MINUTES: minutes(10).describe(
    "How long before a time of a lab's schedule its environments begin to be made; sooner where that takes longer.",
  ),
  BERTH_TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be a time zone such as "Europe/Paris" or "UTC"')
    .optional()
    .describe('Time zone of the schedules of labs, such as Europe/Paris.'),
  ...saveSettings,
  ...terminalSettings,
  BERTH_SECRET_KEY: z
    .string()
    .optional()
    .describe(
      'Key that stored passwords are encrypted with, 32 bytes in base64 or hex; made in the data folder when absent. Several processes need the same.',
    ),
  BERTH_BUILD_CONTEXT_MIB: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_048_576)
    .default(512)
    .describe('Largest upload to build an image of, in mebibytes.'),
  BERTH_UPLOAD_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(1024 ** 3)
    .describe('Most bytes of one file or archive that is uploaded to a machine.'),
  BERTH_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('How much is logged.'),
  NODE_ENV: z.string().default('production').describe('"development" turns GraphiQL on.'),
});

/** The service's settings, typed; made once at start and handed to what needs them. */
export interface Config extends NestedConfig, TerminalConfig, ConnectionConfig {
  host: string;
  port: number;
  publicUrl: string | undefined;
  allowedOrigins: string[];
  /** Domain below which ports of machines have their addresses; undefined where they cannot be opened. */
  previewDomain: string | undefined;
  /** Addresses and ranges of proxies whose X-Forwarded-* is believed. */
  trustProxy: string[];
  dataDir: string;
  labsDir: string;
  adminToken: string | undefined;
  /** Where the engine is; its connection reads Docker's settings for TLS itself. */
  dockerHost: string | undefined;
  databaseUrl: string;
  redisUrl: string | undefined;
  subnetPool: string;
  /** Of machines with internet; those of the engine's host when empty. */
  nameServers: string[];
  sessionLimit: number;
  maxSessions: number | undefined;
  memoryBudget: Portion;
  diskReserve: Portion | undefined;
  provisionConcurrency: number;
  provisionTimeoutSeconds: number;
  /** `off`, `auto`, or the address of another registry. */
  registry: string;
  /** Of what labs pulled from another registry. */
  registryCacheBytes: number;
  pinDays: number;
  /** Undefined where unused images stay. */
  imageDays: number | undefined;
  warningMinutes: number;
  warmLimit: number;
  warmIdleMinutes: number;
  warmAheadMinutes: number;
  /** Of the schedules of labs. */
  timeZone: string;
  /** Whether sessions that end by themselves are saved. */
  saveOnEnd: boolean;
  saveLimitBytes: number;
  saveQuotaBytes: number;
  saveDays: number;
  secretKey: string | undefined;
  /** Largest upload to build an image of. */
  buildContextBytes: number;
  /** Of one file or archive that is uploaded to a machine. */
  uploadLimitBytes: number;
  logLevel: string;
  development: boolean;
}

/** Reads the settings. An empty value counts as absent. @throws CONFIG_INVALID, naming each setting that is wrong and what would be right */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const read = settings.safeParse(given);
  if (!read.success) {
    const problems = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw fault('CONFIG_INVALID', { problem: `Settings are wrong. ${problems.join('; ')}` });
  }
  const value = read.data;
  const dataDir = resolve(value.BERTH_DATA_DIR);
  return {
    host: value.BERTH_HOST,
    port: value.BERTH_PORT,
    publicUrl: value.BERTH_PUBLIC_URL?.replace(/\/$/, ''),
    allowedOrigins: value.BERTH_ALLOWED_ORIGINS,
    previewDomain: previewDomain(value.BERTH_PREVIEW_DOMAIN, value.BERTH_PUBLIC_URL),
    trustProxy: value.BERTH_TRUST_PROXY,
    ...readConnectionSettings(value),
    dataDir,
    labsDir: resolve(value.BERTH_LABS_DIR),
    adminToken: value.BERTH_ADMIN_TOKEN,
    dockerHost: value.DOCKER_HOST,
    databaseUrl: value.DATABASE_URL ?? `file:${dataDir}/berth.db`,
    redisUrl: value.REDIS_URL,
    subnetPool: value.BERTH_SUBNET_POOL,
    nameServers: value.BERTH_NAME_SERVERS,
    sessionLimit: value.BERTH_SESSION_LIMIT,
    maxSessions: value.BERTH_MAX_SESSIONS,
    memoryBudget: value.BERTH_MEMORY_BUDGET,
    diskReserve: value.BERTH_DISK_RESERVE,
    provisionConcurrency: value.BERTH_PROVISION_CONCURRENCY,
    provisionTimeoutSeconds: value.BERTH_PROVISION_TIMEOUT_SECONDS,
    registry: value.BERTH_REGISTRY,
    registryCacheBytes: value.BERTH_REGISTRY_CACHE_BYTES,
    nestedDocker: value.BERTH_NESTED_DOCKER,
    nestedRuntime: value.BERTH_NESTED_RUNTIME,
    pinDays: value.BERTH_PIN_DAYS,
    imageDays: value.BERTH_IMAGE_DAYS,
    warningMinutes: value.BERTH_WARNING_MINUTES,
    warmLimit: value.BERTH_WARM_LIMIT,
    warmIdleMinutes: value.BERTH_WARM_IDLE_MINUTES,
    warmAheadMinutes: value.BERTH_WARM_AHEAD_MINUTES,
    timeZone: value.BERTH_TIME_ZONE ?? systemZone(),
    saveOnEnd: value.BERTH_SAVE_ON_END,
    saveLimitBytes: value.BERTH_SAVE_LIMIT_BYTES,
    saveQuotaBytes: value.BERTH_SAVE_QUOTA_BYTES,
    saveDays: value.BERTH_SAVE_DAYS,
    ...readTerminalSettings(value),
    secretKey: value.BERTH_SECRET_KEY,
    buildContextBytes: value.BERTH_BUILD_CONTEXT_MIB * 1024 * 1024,
    uploadLimitBytes: value.BERTH_UPLOAD_LIMIT_BYTES,
    logLevel: value.BERTH_LOG_LEVEL,
    development: value.NODE_ENV === 'development',
  };
}
