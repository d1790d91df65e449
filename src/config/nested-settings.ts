import { z } from 'zod';

/** The settings of machines with an engine of their own. */
export const nestedSettings = {
  BERTH_NESTED_DOCKER: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'Whether machines may have a Docker engine of their own (`profile: nested`): "on", "off", or "auto", which is on where Berth itself set the engine up.',
    ),
  BERTH_NESTED_RUNTIME: z
    .string()
    .regex(/^[\w.-]+$/, 'must be the name of a runtime of the engine, such as "crun"')
    .optional()
    .describe(
      "Runtime of machines with a Docker engine of their own, by the engine's name for it, such as crun.",
    ),
};

export interface NestedConfig {
  nestedDocker: z.infer<(typeof nestedSettings)['BERTH_NESTED_DOCKER']>;
  /** The engine's default when undefined. */
  nestedRuntime: string | undefined;
}
