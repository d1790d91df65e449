import { createChecks } from './domains/checks/create-checks.ts';
import { systemClock } from './core/clock.ts';
import { createClosing, finish, createBackgroundWork } from './core/lifecycle.ts';
import type { Closing } from './core/lifecycle.ts';
import type { Config } from './config/config.ts';
import { createContained } from './core/containment.ts';
import { openDatabase, readInstallation } from './infra/database/database.ts';
import { createDocker } from './engine/docker/create-docker.ts';
import { listedName } from './engine/image-name.ts';
import { createEncryption } from './core/encryption.ts';
import { connectEvents } from './infra/bus/redis-bus.ts';
import { createRateLimits } from './infra/rate-limits/rate-limits.ts';
import { pinnedVersions } from './domains/courses/assignment-store.ts';
import { createCourses } from './domains/courses/create-courses.ts';
import { createFileService } from './domains/files/file-service.ts';
import { createProbes } from './api/http/health.ts';
import { createMetrics } from './api/http/metrics.ts';
import { createInsights } from './domains/insights/insight-service.ts';
import { createIdentity } from './domains/identity/create-identity.ts';
import { createImages } from './domains/images/create-images.ts';
import { createPins } from './domains/images/pins/create-pins.ts';
import { createManagedImageStore } from './domains/images/managed-image-store.ts';
import { createRegistryCredentials } from './domains/images/registry/registry-credential-service.ts';
import { createRegistry } from './domains/images/registry/create-registry.ts';
import { createLabs } from './domains/labs/create-labs.ts';
import { versionsInUse } from './domains/sessions/versions-in-use-store.ts';
import { imagesOfLabs, labsOfCollection } from './domains/labs/catalogue.ts';
import type { Log } from './core/log.ts';
import { createPreviewService } from './domains/previews/preview-service.ts';
import { createPreviewStore } from './domains/previews/preview-store.ts';
import { createGrades, markWork } from './domains/grades/create-grades.ts';
import type { Grades } from './domains/grades/create-grades.ts';
import { createQuotas } from './domains/sessions/capacity/quota-service.ts';
import { createSessions } from './domains/sessions/create-sessions.ts';
import { isOwnerGone, newOwner } from './infra/leases/process-owner.ts';
import { createSteps } from './domains/sessions/steps/step-service.ts';
import { createLabImageFolders } from './host-setup/image-on-request.ts';
import { logNestedSupport } from './engine/docker/nested/nested-support.ts';
import { imagesFolder } from './host-setup/lab-images.ts';
import { createTerminals } from './domains/terminals/create-terminals.ts';

/** Maximum wait for interrupted work to end, in milliseconds. Only a hanging engine takes that long. */
const WORK_LIMIT_MS = 4_000;

/** Maximum wait for terminals to end, in milliseconds. They are the last to stop. */
const TERMINALS_LIMIT_MS = 2_500;

/** Maximum wait for the last writes, in milliseconds. */
const WRITES_LIMIT_MS = 1_000;

export type Services = Awaited<ReturnType<typeof createServices>>;

/**
 * Constructs all services, through the `create-*.ts` of the modules. The database must be migrated. No background work
 * runs before `start()`, and everything is closed after `stop()`.
 * @throws DATABASE_UNREACHABLE, CONFIG_INVALID
 */
export async function createServices({ config, log }: { config: Config; log: Log }) {
  const closing = createClosing({ log });
  try {
    return await construct({ config, log, closing });
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function construct({ config, log, closing }: { config: Config; log: Log; closing: Closing }) {
  const clock = systemClock;
  const database = await openDatabase({ url: config.databaseUrl });
  closing.add('the database', database.close);
  const installation = await readInstallation(database);
  const encryption = await createEncryption({ secretKey: config.secretKey, dataDir: config.dataDir });
  const registryCredentials = createRegistryCredentials({ database, encryption, clock, log });
  const managedImages = createManagedImageStore({ database });
  const docker = createDocker({
    installation,
    host: config.dockerHost,
    nameServers: config.nameServers,
    nestedDocker: config.nestedDocker,
    nestedRuntime: config.nestedRuntime,
    registrySetting: config.registry,
    credentialsFor: registryCredentials.credentialsFor,
    allCredentials: registryCredentials.allCredentials,
    onPulled: ({ name, id }) =>
      managedImages.put({ name: listedName(name), imageId: id, origin: 'pulled' }, clock.now()),
  });
  closing.add('the engine', docker.close);
  const { engine, images: engineImages, registry } = docker;
  const metrics = createMetrics();
  const contained = createContained({ log, count: metrics.contained });
  const events = await connectEvents({ redisUrl: config.redisUrl }, { log, contained });
  closing.add('events', events.close);
  const rateLimits = createRateLimits({ redisUrl: config.redisUrl, log });
  closing.add('rate limits', rateLimits.close);
  const foundation = { database, events, clock, log };
  let grades = undefined as Grades | undefined;
  const labs = await createLabs({
    ...foundation,
    encryption,
    directory: config.labsDir,
    versionsInUse: async () => [...(await versionsInUse(database)), ...(await pinnedVersions(database))],
    keepDays: config.pinDays,
    leaseOwner: newOwner(),
    isGone: isOwnerGone,
    onReloaded: () => grades?.onLabs(),
  });
  closing.add('labs', labs.close);
  const { catalogue } = labs;

  const identity = createIdentity(foundation);
  closing.add('identity', identity.close);
  const { authentication, users, workAccess } = identity;

  const courses = createCourses({
    ...foundation,
    people: identity.people,
    labsOf: (collection) => labsOfCollection(catalogue, collection),
    labOf: (lab, version) => (version === undefined ? catalogue.get(lab) : catalogue.version(lab, version)),
    timeZone: config.timeZone,
    beforeArchive: async (courseId) => await grades?.settle(courseId),
  });

  const pins = createPins({
    ...foundation,
    images: engineImages,
    installation,
    pinDays: config.pinDays,
    presentVersion: (slug) => catalogue.find(slug)?.version,
  });
  const images = createImages({
    ...foundation,
    engine: engineImages,
    own: managedImages,
    folders: createLabImageFolders({ images: engineImages, root: imagesFolder }),
    labs: () => imagesOfLabs(catalogue),
    pinnedBy: pins.pins.pinnedBy,
    imageDays: config.imageDays,
    leaseOwner: newOwner(),
    isGone: isOwnerGone,
  });
  const localRegistry = createRegistry({
    registry,
    setting: config.registry,
    cacheBytes: config.registryCacheBytes,
    engine: engineImages,
    images,
    loginFor: registryCredentials.credentialsFor,
    clock,
    log,
  });
  const workOptions = {
    ...foundation,
    engine,
    catalogue,
    workAccess,
    assignmentRules: courses.assignmentRules,
  };
  const sessions = createSessions({
    subnetPool: config.subnetPool,
    provisionTimeoutSeconds: config.provisionTimeoutSeconds,
    provisionConcurrency: config.provisionConcurrency,
    sessionLimit: config.sessionLimit,
    maxSessions: config.maxSessions,
    memoryBudget: config.memoryBudget,
    diskReserve: config.diskReserve,
    warningMinutes: config.warningMinutes,
    warmLimit: config.warmLimit,
    warmIdleMinutes: config.warmIdleMinutes,
    warmAheadMinutes: config.warmAheadMinutes,
    timeZone: config.timeZone,
    saveOnEnd: config.saveOnEnd,
    saveLimitBytes: config.saveLimitBytes,
    saveQuotaBytes: config.saveQuotaBytes,
    saveDays: config.saveDays,
    ...workOptions,
    pins: pins.pins,
    onProvisioned: metrics.provisioned,
    onWarmStart: metrics.warmStart,
  });
  const sharedOptions = {
    ...workOptions,
    rateLimits,
    sessions: sessions.service,
    leaseOwner: newOwner(),
    isGone: isOwnerGone,
    credentialWatch: identity.credentialWatch,
  };
  const terminals = createTerminals({
    ...sharedOptions,
    users,
    actorOf: authentication.actorOf,
    recordedCourses: courses.recordedCourses,
    terminalLimit: config.terminalLimit,
    recordingDays: config.recordingDays,
    recordingLimitBytes: config.recordingLimitBytes,
    recordingTotalBytes: config.recordingTotalBytes,
  });
  const files = createFileService({ ...sharedOptions, uploadLimitBytes: config.uploadLimitBytes });
  const checks = createChecks({
    ...sharedOptions,
    pins: pins.pins,
    markWork,
    onWork: (work) => grades?.onWork(work),
    onVerdict: metrics.checkFinished,
  });
  grades = createGrades({ ...sharedOptions, courses, checks });
  const steps = createSteps(sharedOptions);
  const previews = createPreviewService({
    ...sharedOptions,
    store: createPreviewStore({ database }),
    byCredential: authentication.byCredential,
  });
  metrics.watch(sessions, terminals);

  const background = createBackgroundWork({ clock, contained });
  let ending: Promise<unknown> | undefined;

  const end = (what: string, work: Promise<unknown>, limitMs: number) => finish({ log, what, work, limitMs });

  /** Interrupts all work before it waits for any, so that a hanging engine does not keep other work from ending. */
  function interrupt(): Promise<unknown> {
    const ended = background.stop();
    previews.close();
    return (ending ??= Promise.all([
      end('checks', checks.stop(), WORK_LIMIT_MS),
      end('scripts of steps', steps.stop(), WORK_LIMIT_MS),
      end('transfers of files', files.stop(), WORK_LIMIT_MS),
      end('sessions', sessions.stop(), WORK_LIMIT_MS),
      end('jobs on images', images.stop(), WORK_LIMIT_MS),
      ...ended.map(({ what, work }) => end(what, work, WORK_LIMIT_MS)),
    ]));
  }

  return {
    authentication,
    credentialWatch: identity.credentialWatch,
    events,
    rateLimits,
    metrics,
    contained,
    users,
    tokens: identity.tokens,
    ...courses,
    labs: labs.service,
    labSources: labs.sources,
    pins: pins.service,
    images: images.service,
    jobs: images.jobs,
    registryCredentials: registryCredentials.service,
    registry: localRegistry.service,
    sessions: sessions.service,
    warm: sessions.warm,
    saves: sessions.saves,
    engineCapacity: sessions.engineCapacity,
    quotas: createQuotas({ ...foundation, users, ...courses, onChanged: sessions.capacityChanged }),
    terminals,
    recordings: terminals.recordings,
    files,
    checks: checks.service,
    hints: checks.hints,
    grades: grades.service,
    matrix: grades.matrix,
    insights: createInsights({ ...foundation, access: courses.grading, catalogue }),
    steps,
    previews,
    probes: createProbes({ database, engine, events }),

    /** Repairs what a crash left, and starts the background work. */
    start(): void {
      sessions.start();
      checks.start();
      images.start();
      background.start('maintenance of terminals', terminals.maintain);
      background.start('maintenance of previews', previews.maintain);
      background.start('maintenance of pinned images', pins.maintenance.maintain);
      background.start('checks of lab sources', labs.maintain);
      background.start('maintenance of the local registry', localRegistry.maintain);
      background.start('computation of grades', grades.maintain);
      background.start('check of nested engines', () =>
        logNestedSupport({ engine, nestedDocker: config.nestedDocker, log }),
      );
      background.start('recovery of terminals', terminals.recover);
    },

    /** Starts to stop without waiting: requests that wait for checks or the engine get their responses. */
    interrupt: (): void => void interrupt(),

    /**
     * Ends all work and closes everything within a few seconds, even if something hangs. Sessions keep running on the
     * engine.
     */
    async stop(): Promise<void> {
      await Promise.all([interrupt(), end('terminals', terminals.shutdown(), TERMINALS_LIMIT_MS)]);
      await end('uses of sessions', sessions.flushUses(), WRITES_LIMIT_MS);
      await closing.close();
    },
  };
}
