import { createChecks } from './domains/checks/create-checks.ts';
import { systemClock } from './core/clock.ts';
import { createClosing, finish, createBackgroundWork } from './core/lifecycle.ts';
import type { Closing } from './core/lifecycle.ts';
import type { Config } from './config/config.ts';
import { createContained } from './core/containment.ts';
import { openDatabase, readInstallation } from './infra/database/database.ts';
import { connectEngine } from './engine/docker/client.ts';
import { createDockerEngine } from './engine/docker/docker-engine.ts';
import { createDockerImages } from './engine/docker/images/images.ts';
import { listedName } from './engine/image-name.ts';
import { createEncryption } from './core/encryption.ts';
import { createDockerRegistry, REGISTRY_IMAGE } from './engine/docker/registry/registry.ts';
import { connectEvents } from './infra/bus/redis-bus.ts';
import { createRateLimits } from './infra/rate-limits/rate-limits.ts';
import { createFileService } from './domains/files/file-service.ts';
import { createMetrics } from './api/http/metrics.ts';
import { createAuthenticationService } from './domains/identity/authentication-service.ts';
import { createCredentialWatch } from './domains/identity/credential-watch.ts';
import { createSignInStore } from './domains/identity/sign-in-store.ts';
import { createTokenService } from './domains/identity/token-service.ts';
import { createTokenStore } from './domains/identity/token-store.ts';
import { createUserService } from './domains/identity/user-service.ts';
import { createUserStore } from './domains/identity/user-store.ts';
import { createImages } from './domains/images/create-images.ts';
import { createPins } from './domains/images/pins/create-pins.ts';
import { createManagedImageStore } from './domains/images/managed-image-store.ts';
import {
  createRegistryCredentialService,
  createRegistryLogins,
} from './domains/images/registry/registry-credential-service.ts';
import { createRegistryCredentialStore } from './domains/images/registry/registry-credential-store.ts';
import { createRegistryService } from './domains/images/registry/registry-service.ts';
import { keepRegistry } from './domains/images/registry/registry-maintenance.ts';
import { createLabs } from './domains/labs/create-labs.ts';
import { versionsInUse } from './domains/sessions/versions-in-use-store.ts';
import { imagesOfLabs } from './domains/labs/catalogue.ts';
import type { Log } from './core/log.ts';
import { createPreviewService } from './domains/previews/preview-service.ts';
import { createPreviewStore } from './domains/previews/preview-store.ts';
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

/** Longest wait for terminals to end, in milliseconds: they are asked to when all else has been for a while. */
const TERMINALS_LIMIT_MS = 2_500;

/** Maximum wait for the last writes, in milliseconds. */
const WRITES_LIMIT_MS = 1_000;

export type Services = Awaited<ReturnType<typeof createServices>>;

/**
 * Constructs all services; no other function does. The database must be migrated. No background work runs before
 * `start()`, and everything is closed after `stop()`.
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
  const encryption = await createEncryption(config);
  const credentials = createRegistryCredentialStore({ database });
  const logins = createRegistryLogins({ store: credentials, encryption, log });
  const ownImages = createManagedImageStore({ database });
  const pulling = {
    credentialsFor: logins.credentialsFor,
    onPulled: ({ name, id }: { name: string; id: string }) =>
      ownImages.put({ name: listedName(name), imageId: id, origin: 'pulled' }, clock.now()),
  };
  const engine = createDockerEngine({
    installation,
    host: config.dockerHost,
    nameServers: config.nameServers,
    ...pulling,
    registryImage: config.registry === 'off' ? undefined : REGISTRY_IMAGE,
    nestedDocker: config.nestedDocker,
    nestedRuntime: config.nestedRuntime,
  });
  closing.add('the engine', engine.close);
  const imageConnection = connectEngine(config.dockerHost, process.env);
  closing.add('the connection to images', async () => imageConnection.close());
  const engineImages = createDockerImages({
    docker: imageConnection.docker,
    installation,
    ...pulling,
    allCredentials: logins.allCredentials,
  });
  const metrics = createMetrics();
  const contained = createContained({ log, count: metrics.contained });
  const events = await connectEvents(config, { log, contained });
  closing.add('events', events.close);
  const rateLimits = createRateLimits({ redisUrl: config.redisUrl, log });
  closing.add('rate limits', rateLimits.close);
  const labs = await createLabs({
    database,
    encryption,
    events,
    clock,
    log,
    directory: config.labsDir,
    versionsInUse: () => versionsInUse(database),
    keepDays: config.pinDays,
    leaseOwner: newOwner(),
    isGone: isOwnerGone,
  });
  const { catalogue } = labs;

  const users = createUserStore({ database });
  const tokens = createTokenStore({ database });
  const signIns = createSignInStore({ database });
  const identity = { users, tokens, signIns, events, clock, log };
  const userService = createUserService(identity);
  const authentication = createAuthenticationService({ ...identity, userService });
  closing.add('authentication', authentication.close);
  const credentialWatch = createCredentialWatch({ authentication, events, log });
  closing.add('the watch of credentials', async () => credentialWatch.close());

  const registry = createDockerRegistry({
    docker: imageConnection.docker,
    installation,
    upstream: config.registry === 'auto' || config.registry === 'off' ? undefined : config.registry,
  });
  const registryWanted = config.registry !== 'off';
  const pins = createPins({
    database,
    images: engineImages,
    installation,
    pinDays: config.pinDays,
    presentVersion: (slug) => catalogue.find(slug)?.version,
    clock,
    log,
  });
  const images = createImages({
    database,
    engine: engineImages,
    own: ownImages,
    folders: createLabImageFolders({ images: engineImages, root: imagesFolder }),
    labs: () => imagesOfLabs(catalogue),
    pinnedBy: pins.pins.pinnedBy,
    imageDays: config.imageDays,
    events,
    clock,
    log,
    leaseOwner: newOwner(),
    isGone: isOwnerGone,
  });
  const sessions = createSessions({
    ...config,
    database,
    engine,
    events,
    clock,
    catalogue,
    logger: log,
    pins: pins.pins,
    onProvisioned: metrics.provisioned,
    onWarmStart: metrics.warmStart,
  });
  const inSessions = {
    database,
    engine,
    events,
    clock,
    rateLimits,
    catalogue,
    sessions: sessions.service,
    log,
    logger: log,
    leaseOwner: newOwner(),
    isGone: isOwnerGone,
    credentials: credentialWatch,
  };
  const terminals = createTerminals({
    ...config,
    ...inSessions,
    users: userService,
    actorOf: authentication.actorOf,
  });
  const files = createFileService({ ...config, ...inSessions });
  const checks = createChecks({ ...inSessions, pins: pins.pins, onVerdict: metrics.checkFinished });
  const steps = createSteps(inSessions);
  const previews = createPreviewService({
    ...inSessions,
    store: createPreviewStore({ database }),
    byCredential: authentication.byCredential,
  });
  metrics.countSessionsBy(sessions.countByState);
  metrics.countWarmBy(sessions.countWarm);
  metrics.seeDiskBy(sessions.disk);
  metrics.countTerminalsBy(terminals.shellCount);

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
    credentialWatch,
    events,
    rateLimits,
    metrics,
    contained,
    users: userService,
    tokens: createTokenService({ tokens, users, events, clock }),
    labs: labs.service,
    labSources: labs.sources,
    pins: pins.service,
    images: images.service,
    jobs: images.jobs,
    registryCredentials: createRegistryCredentialService({ store: credentials, encryption, clock }),
    registry: createRegistryService({
      registry: registryWanted ? registry : undefined,
      engine: engineImages,
      startJob: images.startJob,
      names: images.pushNames,
      loginFor: logins.credentialsFor,
    }),
    sessions: sessions.service,
    warm: sessions.warm,
    saves: sessions.saves,
    engineCapacity: sessions.engineCapacity,
    quotas: createQuotas({ database, users: userService, clock, onChanged: sessions.capacityChanged }),
    terminals,
    recordings: terminals.recordings,
    files,
    checks: checks.service,
    hints: checks.hints,
    steps,
    previews,
    probes: {
      database: () => database.ping(),
      engine: () => engine.info(),
      events: async () => {
        if (!events.healthy()) throw new Error('Redis does not respond.');
      },
    },

    /** Repairs what a crash left, and starts the background work. */
    start(): void {
      sessions.start();
      checks.start();
      images.start();
      background.start('maintenance of terminals', terminals.maintain);
      background.start('maintenance of previews', previews.maintain);
      background.start('maintenance of pinned images', pins.maintenance.maintain);
      background.start('checks of lab sources', labs.maintain);
      background.start('maintenance of the local registry', (signal) =>
        keepRegistry({ registry, config, seed: images.seed, clock, log }, signal),
      );
      background.start('check of nested engines', () => logNestedSupport({ engine, config, log }));
      background.start('recovery of terminals', terminals.recover);
    },

    /** Starts to stop without waiting: requests that wait for checks or the engine get their responses. */
    interrupt: (): void => void interrupt(),

    /** Ends all work and closes everything within a few seconds, even if something hangs. Sessions keep running on the engine. */
    async stop(): Promise<void> {
      await Promise.all([interrupt(), end('terminals', terminals.shutdown(), TERMINALS_LIMIT_MS)]);
      await end('uses of sessions', sessions.flushUses(), WRITES_LIMIT_MS);
      await closing.close();
    },
  };
}
