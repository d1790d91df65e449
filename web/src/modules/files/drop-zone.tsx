import { useState } from 'react';
import type { DragEvent, ReactNode } from 'react';
import { fileTexts } from './texts.ts';
import { useTexts } from '../language/language.ts';

/** Accepts files that the user drops on its content. */
export function DropZone(props: {
  label: string;
  hidden: boolean;
  children: ReactNode;
  onDrop: (files: File[], folders: string[]) => void;
}) {
  const { label, hidden, children, onDrop } = props;
  const texts = useTexts(fileTexts);
  const [over, setOver] = useState(false);

  function drag(event: DragEvent) {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  }

  function leave({ currentTarget, relatedTarget }: DragEvent) {
    if (!currentTarget.contains(relatedTarget as Node | null)) setOver(false);
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const { files, folders } = droppedFiles(event.dataTransfer);
    onDrop(files, folders);
  }

  return (
    <div
      className="files-drop-zone"
      role="presentation"
      hidden={hidden}
      data-over={over}
      onDragOver={drag}
      onDragLeave={leave}
      onDrop={drop}
    >
      <section className="files" aria-label={label}>
        {children}
        <p className="drop-hint faint">{over ? texts.drop : texts.orDrop}</p>
      </section>
    </div>
  );
}

/** Separates dropped files from dropped folders. Browsers present a folder as a file that cannot be read. */
function droppedFiles({ items }: DataTransfer): { files: File[]; folders: string[] } {
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of items) {
    const file = item.getAsFile();
    if (!file) continue;
    if (item.webkitGetAsEntry()?.isDirectory) folders.push(file.name);
    else files.push(file);
  }
  return { files, folders };
}
