import type { Texts } from '../language/language.ts';
import { sessionKorean } from './texts-ko.ts';

const en = {
  locale: 'en-GB',
  yourMachine: 'Your machine',
  unreachable: 'Your machine cannot be reached now. It comes back by itself.',
  minutesLeft: (minutes: number) => `${minutes} min left`,
  endsIn: (minutes: number) => `Ends in ${minutes} min`,
  extend: '30 min more',
  restart: 'Restart',
  files: 'Files',
  save: 'Save',
  aboutSave: 'Put your work away, to go on another day',
  startOver: 'Start over',
  askStartOver: 'Start over?',
  keepWork: 'Keep my work',
  aboutStartOver: (saved: boolean) =>
    `You get a new machine, as at the start of the lab. Everything that you made in this one goes${saved ? ', and so does your saved work' : ''}. This cannot be undone.`,
  staysPassed: 'The steps that you passed stay passed.',
  end: 'End',
  askEnd: 'End the session?',
  endIt: 'End it',
  goOn: 'Go on working',
  endsCopy: 'This copy goes, with what you did in it. The learner’s own session stays as it is.',
  endsOwn: (machines: number, saved: boolean) =>
    `Everything that you made in your ${machines > 1 ? 'machines' : 'machine'} goes${saved ? ', and so does your saved work' : ''}. This cannot be undone.`,
  saveInstead: 'To keep it for another day, choose Save in place of End.',
  diskNearlyFull: (machine: string | undefined, full: boolean) =>
    `${machine === undefined ? 'Your machine’s disk' : `The disk of ${machine}`} is ${full ? '' : 'nearly '}full.`,
  aboutDisk: (percent: number) =>
    `You have used ${percent} % of what it may hold. Delete files that you do not need: beyond 100 % your session ends, and can’t be saved.`,
  webServers: 'Your web servers',
  open: (name: string) => `Open ${name}`,
  onMachine: (machine: string) => `on ${machine}`,
  notSavedSince: 'What you did since could not be saved.',
  saved: 'Your work is saved. Nothing runs now, and you can go on whenever you like.',
  resume: 'Resume',
  keptUntil: (size: string, day: string) => `${size}, kept until ${day}.`,
  notSaved: 'Your work could not be saved.',
  ended: 'Your session has ended. What you passed is kept; what was in its machine is gone.',
  ownMachine: 'You get a machine of your own, for you alone.',
  start: 'Start the lab',
  startAgain: 'Start again',
  tryAgain: 'Try again',
  progress: 'Progress of your machine',
  phases: {
    QUEUED: 'Waiting for a place',
    PULLING: 'Fetching the image',
    CREATING: 'Making your machine',
    STARTING: 'Starting your machine',
    PREPARING: 'Preparing your machine',
    SAVING: 'Saving your work',
    STOPPING: 'Ending',
  },
  waiting: {
    place: (place: number, waiting: number) => `You are number ${place} of ${waiting} who wait.`,
    unknown: 'How long it takes cannot be known.',
    soon: 'It should take less than a minute.',
    minutes: (minutes: number) =>
      `It should take ${minutes === 1 ? 'about a minute' : `about ${minutes} minutes`}.`,
    byItself: 'Your machine starts by itself: you may leave this page open.',
    reasons: {
      TURN: 'There is room: others are being made just now.',
      MEMORY: 'The memory for sessions is in use.',
      DISK: 'The disk is nearly full: the administrator has to free some space.',
      PLACES: 'As many sessions run as may run at once.',
      NETWORKS: 'All networks are in use.',
      QUOTA: 'You, your course or this lab has as much as it may have at once.',
    },
  },
};

export type SessionWords = typeof en;

export const sessionTexts: Texts<SessionWords> = { en, ko: sessionKorean };
