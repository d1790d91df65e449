import { useEffect, useState } from 'react';
import { FileProblem } from './machine-files.ts';
import { readText, writeText } from './text-file.ts';

/** A text file as it was last read or written. */
export interface OpenFile {
  text: string;
  /** Whether there was none. */
  isNew: boolean;
  /** Whether it was written from here. */
  saved: boolean;
}

/** Reads a text file of a machine, and writes it. */
export function useTextFile(session: string, machine: string, path: string) {
  const [file, setFile] = useState<OpenFile>();
  const [problem, setProblem] = useState<string>();
  const [saving, setSaving] = useState(false);

  useEffect(() => {
    let left = false;
    void told(readText({ session, machine }, path)).then((answer) => {
      if (left) return undefined;
      if ('problem' in answer) return setProblem(answer.problem);
      const { value } = answer;
      return setFile({ text: value ?? '', isNew: value === undefined, saved: false });
    });
    return () => {
      left = true;
    };
  }, [session, machine, path]);

  async function save(text: string) {
    if (saving) return;
    setSaving(true);
    setProblem(undefined);
    const answer = await told(writeText({ session, machine }, path, text));
    setSaving(false);
    if ('problem' in answer) setProblem(answer.problem);
    else setFile({ text, isNew: false, saved: true });
  }

  return { file, problem, saving, save: (text: string) => void save(text) };
}

/** What came of something with files: a value, or what to tell the learner. */
async function told<Value>(doing: Promise<Value>): Promise<{ value: Value } | { problem: string }> {
  try {
    return { value: await doing };
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.message };
    throw error;
  }
}
