import { settings } from './config.ts';

/** Names, defaults and meanings of all settings, for the docs. */
export const settingsTable = Object.entries(settings.shape).map(([name, schema]) => ({
  name,
  meaning: schema.description ?? '',
  /** What it is when absent, as the service reads it. */
  fallback: schema.parse(undefined) as unknown,
}));
