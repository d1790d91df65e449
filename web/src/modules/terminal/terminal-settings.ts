import { useSyncExternalStore } from 'react';
import { storeValue, readStoredValue } from '../../components/stored-value.ts';

/** Whether programs may set the clipboard: in this session, until the page is left. */
export type ClipboardRule = 'ask' | 'allow' | 'refuse';

/** Where the browser keeps whether terminals are read out. */
const KEPT_AS = 'berth-screen-reader';

let screenReader = readStoredValue(KEPT_AS) === 'on';
const clipboard = new Map<string, ClipboardRule>();
const listeners = new Set<() => void>();

/** Whether terminals put what they print where screen readers find it. */
export function screenReaderNow(): boolean {
  return screenReader;
}

export function useScreenReader(): boolean {
  return useSyncExternalStore(listenToSettings, screenReaderNow);
}

export function chooseScreenReader(on: boolean): void {
  screenReader = on;
  storeValue(KEPT_AS, on ? 'on' : 'off');
  tell();
}

export function clipboardRuleNow(session: string): ClipboardRule {
  return clipboard.get(session) ?? 'ask';
}

export function useClipboardRule(session: string): ClipboardRule {
  return useSyncExternalStore(listenToSettings, () => clipboardRuleNow(session));
}

export function chooseClipboardRule(session: string, rule: ClipboardRule): void {
  clipboard.set(session, rule);
  tell();
}

/** Calls `listener` after each change; returns what stops it. */
export function listenToSettings(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
