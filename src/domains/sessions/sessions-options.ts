import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Engine } from '../../engine/engine.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { ImagePins } from '../images/pins/pin.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Log } from '../../core/log.ts';
import type { EngineRoomService } from './capacity/engine-capacity.ts';
import type { AdmissionOptions } from './capacity/create-admissions.ts';
import type { DiskState } from './disk/disk-watch.ts';
import type { DiskOptions } from './disk/create-disk.ts';
import type { SaveService } from './snapshots/saved-state.ts';
import type { SessionService, SessionState } from './session.ts';
import type { WarmOptions } from './pool/create-warm.ts';
import type { WarmEviction } from './pool/warm-eviction.ts';
import type { WarmPoolView, WarmService } from './pool/warm-service.ts';

/** What sessions need. */
export interface SessionsOptions extends WarmOptions, AdmissionOptions, DiskOptions {
  database: Database;
  engine: Engine;
  events: EventBus;
  clock: Clock;
  catalogue: Pick<LabCatalogue, 'get' | 'version' | 'all'>;
  logger: Log;
  /** Which image each of a lab's names means for its version. */
  pins: Pick<ImagePins, 'resolve' | 'agrees'>;
  /** CIDR of which each network gets a /28. */
  subnetPool: string;
  provisionTimeoutSeconds: number;
  warningMinutes: number;
  /** Whether sessions that end by themselves are saved. */
  saveOnEnd: boolean;
  /** Most bytes of one saved session, beyond the images of its lab. */
  saveLimitBytes: number;
  /** Most bytes that the saved sessions of one learner take together. */
  saveQuotaBytes: number;
  /** Days that one is kept. */
  saveDays: number;
  /** Told of each environment that became ready or failed, with the time since it was asked for. */
  onProvisioned?: (outcome: 'ready' | 'failed', seconds: number) => void;
}

/** What sessions are for the rest of the service. */
export interface Sessions {
  service: SessionService;
  /** Prewarmed environments. */
  warm: WarmService;
  /** The memory that they take, and giving it back. */
  warmEviction: WarmEviction;
  /** Sessions put away. */
  saves: SaveService;
  /**
   * Takes up what waits, and keeps sessions, engine and lifetimes in line from now on. Returns at
   * once. Without it this process only answers requests, and leaves the work to others.
   */
  start(): void;
  /** How many sessions there are in each state, for metrics. */
  countByState(): Promise<Partial<Record<SessionState, number>>>;
  /** The prewarmed environments, by lab, for metrics. */
  countWarm(): Promise<WarmPoolView[]>;
  /** The engine's disk as it was last seen, for metrics. */
  disk(): DiskState | undefined;
  /** The room on the engine, for admins. */
  engineRoom: EngineRoomService;
  /** There may be more room than there was: looks whom to let in. */
  roomChanged(): void;
  /** Compares the engine with the database once, now; resolves when that is done. */
  reconcile(): Promise<void>;
  /** Writes the uses of sessions that were gathered: the last thing to do before the database closes. */
  noteUses(): Promise<void>;
  /** Ends all work, interrupted before this returns. Sessions go on running; what was being made waits for the next start. */
  stop(): Promise<void>;
}
