import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import type * as Engine from '@prisma/schema-engine-wasm/schema_engine_bg';

/** The models for the schema engine, as pairs of file name and content. */
export type Datamodels = [path: string, content: string][];

/**
 * Starts Prisma's schema engine, in WebAssembly, on `factory`'s database. The caller must free it. The package's own
 * entry point imports the .wasm file as a module, which needs a flag in Node, so this function reads and instantiates
 * the file.
 */
export async function openSchemaEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
  datamodels?: Datamodels,
): Promise<SchemaEngine> {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  await (loaded ??= load(bindings));
  return bindings.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
}

let loaded: Promise<void> | undefined;

async function load(bindings: typeof Engine): Promise<void> {
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(script), 'schema_engine_bg.wasm'));
  const imports = { './schema_engine_bg.js': withPatientTimers(bindings) };
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  // The engine reports its panics here. Without it, its errors would be incomprehensible.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: refuse } });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
}

function refuse(message: string): never {
  throw new Error(`Prisma's schema engine failed: ${message}`);
}

/** The engine never clears the timer of its lock time-out, so the timer must not keep the process alive. */
function withPatientTimers(bindings: object): object {
  const timers = Object.keys(bindings).filter((name) => name.startsWith('__wbg_setTimeout_'));
  return { ...bindings, ...Object.fromEntries(timers.map((name) => [name, setUnheldTimeout])) };
}

function setUnheldTimeout(callback: () => void, ms: number) {
  return setTimeout(callback, ms).unref();
}
