import { baseResolvers } from './base/base-resolvers.ts';
import { dateTime } from './base/date-time.ts';
import { admissionResolvers } from './admission/admission-resolvers.ts';
import { checksResolvers } from './checks/checks-resolvers.ts';
import { filesResolvers } from './files/files-resolvers.ts';
import { identityResolvers } from './identity/identity-resolvers.ts';
import { imagesResolvers } from './images/images-resolvers.ts';
import { jobsResolvers } from './jobs/jobs-resolvers.ts';
import { labSourcesResolvers } from './lab-sources/lab-sources-resolvers.ts';
import { labsResolvers } from './labs/labs-resolvers.ts';
import { stepsResolvers } from './steps/steps-resolvers.ts';
import { pinsResolvers } from './pins/pins-resolvers.ts';
import { previewsResolvers } from './previews/previews-resolvers.ts';
import { recordingsResolvers } from './recordings/recordings-resolvers.ts';
import { registryResolvers } from './registry/registry-resolvers.ts';
import { savesResolvers } from './saves/saves-resolvers.ts';
import { sessionsResolvers } from './sessions/sessions-resolvers.ts';
import { terminalsResolvers } from './terminals/terminals-resolvers.ts';
import { warmResolvers } from './warm/warm-resolvers.ts';

/** What each domain brings, to be put into the schema. */
export const domainResolvers = [
  { DateTime: dateTime },
  baseResolvers,
  identityResolvers,
  labsResolvers,
  labSourcesResolvers,
  stepsResolvers,
  imagesResolvers,
  jobsResolvers,
  pinsResolvers,
  registryResolvers,
  sessionsResolvers,
  warmResolvers,
  savesResolvers,
  admissionResolvers,
  terminalsResolvers,
  recordingsResolvers,
  checksResolvers,
  filesResolvers,
  previewsResolvers,
];
