import type { z } from 'zod';
import { fault } from '../core/errors.ts';
import { isLoopback } from '../core/service-url.ts';
import { engineSettings } from './engine-settings.ts';
import { serviceSettings } from './service-settings.ts';
import { sessionSettings } from './session-settings.ts';
import type { Setting } from './setting.ts';
import { storageSettings } from './storage-settings.ts';

/** All settings by their field in {@link Config}. Each has its name, schema, default and doc text in one place. */
export const settings = { ...serviceSettings, ...engineSettings, ...sessionSettings, ...storageSettings };

type Values = { [Field in keyof typeof settings]: z.output<(typeof settings)[Field]['schema']> };

/** The settings of the service, read once at start. Names end in their unit. */
export interface Config extends Values {
  databaseUrl: string;
  timeZone: string;
}

/** Limits of recordings of terminals. */
export type RecordingLimits = Pick<Config, 'recordingDays' | 'recordingLimitBytes' | 'recordingTotalBytes'>;

/**
 * Reads the settings. An empty value counts as absent.
 * @throws CONFIG_INVALID with the name of each invalid setting and its valid values
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const read = ({ name, schema, default: fallback }: Setting<unknown>): unknown => {
    const parsed = schema.safeParse(environment[name] || fallback);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues)
      problems.push(`${[name, ...path].join('.')}: ${message}`);
    return undefined;
  };
  const values = Object.fromEntries(
    Object.entries(settings).map(([field, each]) => [field, read(each)]),
  ) as Values;
  if (problems.length > 0) {
    throw fault('CONFIG_INVALID', { problem: `Invalid settings. ${problems.join('; ')}` });
  }
  return {
    ...values,

    previewDomain: previewDomain(values),
    databaseUrl: values.databaseUrl ?? `file:${values.dataDir}/berth.db`,
    timeZone: values.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/**
 * Returns the domain of previews. On the local host, browsers resolve every name below localhost automatically;
 * elsewhere the setting is required.
 * @throws CONFIG_INVALID if Berth's own address is within the domain
 */
function previewDomain({ previewDomain: set, publicUrl }: Values): string | undefined {
  const host = publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname;
  const domain = set ?? (isLoopback(host) ? 'preview.localhost' : undefined);
  if (domain !== undefined && (host === domain || host.endsWith(`.${domain}`))) {
    const problem = `BERTH_PREVIEW_DOMAIN: ${domain} contains the address of Berth itself (${host}), which must be separate from previews. Set another domain, such as preview.${host}.`;
    throw fault('CONFIG_INVALID', { problem });
  }
  return domain;
}
