import type { ServerControl } from './frames.ts';

/** Largest size of a terminal. */
const MAX_SIZE = { rows: 500, cols: 1_000 };

const decoder = new TextDecoder();

type Fields = Readonly<Record<string, unknown>>;

/** Validates the fields of each message type, so that other code can rely on them. */
const validators: Readonly<Record<ServerControl['type'], (control: Fields) => boolean>> = {
  hello: (control) =>
    typeof control['role'] === 'string' &&
    isCount(control['offset']) &&
    isCount(control['live']) &&
    hasSize(control) &&
    (control['typed'] === undefined || isCount(control['typed'])),
  size: hasSize,
  viewers: ({ viewers }) => Array.isArray(viewers) && viewers.every(isViewer),
  typing: ({ viewer, name }) => typeof viewer === 'string' && typeof name === 'string',
  typed: ({ offset }) => isCount(offset),
  exit: ({ code }) => code === null || typeof code === 'number',
  error: ({ code, message }) => typeof code === 'string' && typeof message === 'string',
};

/** Parses a control message. Returns undefined for an unknown type of a later version. @throws TypeError, SyntaxError */
export function readControl(payload: Uint8Array): ServerControl | undefined {
  const control: unknown = JSON.parse(decoder.decode(payload));
  if (!isObject(control) || typeof control['type'] !== 'string') throw new TypeError('"type" is missing');
  const { type } = control;
  if (!Object.hasOwn(validators, type)) return undefined;
  if (!validators[type as ServerControl['type']](control))
    throw new TypeError(`"${type}" has invalid fields`);
  return (type === 'error' ? { details: {}, ...control } : control) as ServerControl;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function hasSize({ rows, cols }: Fields): boolean {
  return isWithin(rows, MAX_SIZE.rows) && isWithin(cols, MAX_SIZE.cols);
}

function isWithin(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most;
}

function isViewer(viewer: unknown): boolean {
  return isObject(viewer) && typeof viewer['id'] === 'string' && typeof viewer['name'] === 'string';
}
