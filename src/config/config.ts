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
  const values = readValues(settings, environment) as Values;
  return {
    ...values,

    previewDomain: previewDomain(values),
    databaseUrl: values.databaseUrl ?? `file:${values.dataDir}/berth.db`,
    timeZone: values.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/**
 * Reads one setting, for commands whose users may not have the others. An empty value counts as absent.
 * @throws CONFIG_INVALID if the value is invalid
 */
export function readSetting<Field extends keyof Values>(
  field: Field,
  environment: Record<string, string | undefined>,
): Values[Field] {
  return readValues({ [field]: settings[field] }, environment)[field] as Values[Field];
}

function readValues(
  some: Record<string, Setting<unknown>>,
  environment: Record<string, string | undefined>,
): Record<string, unknown> {
  const problems: string[] = [];
  const values = Object.entries(some).map(([field, { name, schema, default: fallback }]) => {
    const parsed = schema.safeParse(environment[name] || fallback);
    if (parsed.success) return [field, parsed.data] as const;
    for (const { path, message } of parsed.error.issues)
      problems.push(`${[name, ...path].join('.')}: ${message}`);
    return [field, undefined] as const;
  });
  if (problems.length > 0) {
    throw fault('CONFIG_INVALID', { problem: `Invalid settings. ${problems.join('; ')}` });
  }
  return Object.fromEntries(values);
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
