import type { Texts } from '../language/language.ts';
import { filesKorean } from './texts-ko.ts';

const en = {
  drop: 'Drop to upload here.',
  orDrop: 'Or drop files here to upload them.',
  toUpload: 'Files to upload',
  upload: 'Upload',
  refresh: 'Refresh',
  askReplace: 'Replace what is there?',
  replace: 'Replace',
  leaveIt: 'Leave it',
  aboutReplace: (path: string) =>
    `There is something of the same name in ${path} already. It would be replaced.`,
  tooMany: (limit: number) => `At most ${limit} files can be uploaded at once: put them into a tar archive.`,
  noFolders: (folders: string) =>
    `${folders}: folders cannot be uploaded here. Put them into a tar archive, and unpack it in the terminal.`,
  empty: 'This folder is empty.',
  filesIn: (path: string) => `Files in ${path}`,
  more: 'There is more in this folder than can be listed.',
  downloadTar: (name: string) => `Download ${name} as tar`,
  download: 'Download',
  folder: 'Folder',
  root: 'Root folder',
  uploads: 'Uploads',
  uploadOf: (name: string) => `Upload of ${name}`,
  uploaded: 'Uploaded',
  dismiss: (name: string) => `Dismiss ${name}`,
  cancel: 'Cancel',
  cancelUpload: (name: string) => `Cancel ${name}`,
  unanswered: 'The service does not answer. Try again in a moment.',
  leadsNowhere: 'The link leads to nothing that you may see.',
  notSent: (name: string) => `${name} could not be sent: it cannot be read, or the service does not answer.`,
  tooLarge: (path: string) => `${path} is too large to be changed here: use the terminal.`,
  noText: (path: string) => `${path} cannot be read here: it is no text, or the connection broke off.`,
  notThere: (path: string) => `There is no file ${path} yet to insert this into.`,
  noMarker: (path: string, marker: string) =>
    `${path} has no “${marker}” in it, in place of which this would go.`,
  isNew: 'There is no such file yet. What you save here makes it.',
  textOf: (path: string) => `Text of ${path}`,
  saved: 'Saved',
  close: 'Close',
  save: 'Save',
  askClose: 'Close without saving what you changed?',
  goOn: 'Go on',
  closeAnyway: 'Close without saving',
};

export type FileWords = typeof en;

export const fileTexts: Texts<FileWords> = { en, ko: filesKorean };
