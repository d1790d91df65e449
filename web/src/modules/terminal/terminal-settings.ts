import { useSyncExternalStore } from 'react';
import { storeValue, readStoredValue } from '../../components/stored-value.ts';

/** Whether programs may write to the clipboard. Applies to one session, until the page is closed. */
export type ClipboardRule = 'ask' | 'allow' | 'refuse';

/** The key in the browser's storage. */
const STORAGE_KEY = 'berth-screen-reader';

let screenReader = readStoredValue(STORAGE_KEY) === 'on';
const clipboard = new Map<string, ClipboardRule>();
const listeners = new Set<() => void>();

/** Returns whether terminals make their output accessible to screen readers. */
export function screenReaderNow(): boolean {
  return screenReader;
}

export function useScreenReader(): boolean {
  return useSyncExternalStore(listenToSettings, screenReaderNow);
}

export function chooseScreenReader(on: boolean): void {
  screenReader = on;
  storeValue(STORAGE_KEY, on ? 'on' : 'off');
  notify();
}

export function clipboardRuleNow(session: string): ClipboardRule {
  return clipboard.get(session) ?? 'ask';
}

export function useClipboardRule(session: string): ClipboardRule {
  return useSyncExternalStore(listenToSettings, () => clipboardRuleNow(session));
}

export function chooseClipboardRule(session: string, rule: ClipboardRule): void {
  clipboard.set(session, rule);
  notify();
}

/** Calls `listener` after each change. Returns a function that removes it. */
export function listenToSettings(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}
