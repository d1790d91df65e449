import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Engine } from '../../engine/engine.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { AssignmentRules } from '../courses/assignment-rules.ts';
import type { WorkAccess } from '../identity/work-access.ts';
import type { ImagePins } from '../images/pins/pin.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Log } from '../../core/log.ts';
import type { CapacityService } from './capacity/engine-capacity.ts';
import type { AdmissionOptions } from './capacity/create-admissions.ts';
import type { DiskState } from './disk/disk-watch.ts';
import type { DiskOptions } from './disk/create-disk.ts';
import type { SaveService } from './saves/saved-state.ts';
import type { SessionService, SessionState } from './session.ts';
import type { WarmOptions } from './pool/create-warm.ts';
import type { WarmPoolView, WarmService } from './pool/warm-service.ts';

/** Options of sessions. */
export interface SessionsOptions extends WarmOptions, AdmissionOptions, DiskOptions {
  database: Database;
  engine: Engine;
  events: EventBus;
  clock: Clock;
  catalogue: Pick<LabCatalogue, 'get' | 'version' | 'all'>;
  /** What applies to sessions of assignments. */
  assignmentRules: AssignmentRules;
  workAccess: WorkAccess;
  log: Log;
  /** The images that the names in a lab's version are pinned to. */
  pins: Pick<ImagePins, 'resolve' | 'agrees'>;
  /** CIDR from which each network gets a /28. */
  subnetPool: string;
  provisionTimeoutSeconds: number;
  warningMinutes: number;
  /** Whether sessions that end automatically are saved. */
  saveOnEnd: boolean;
  /** Limit of one saved session without the images of its lab, in bytes. */
  saveLimitBytes: number;
  /** Limit of one learner's saved sessions together, in bytes. */
  saveQuotaBytes: number;
  /** Days until a saved session expires. */
  saveDays: number;
  /** Called for each session that became ready or failed, with the seconds since its request. */
  onProvisioned?: (outcome: 'ready' | 'failed', seconds: number) => void;
}

/** The interface of sessions for the rest of the service. */
export interface Sessions {
  service: SessionService;
  /** Prewarmed environments. */
  warm: WarmService;
  /** Saved sessions. */
  saves: SaveService;
  /**
   * Starts to process the queue and to maintain sessions, engine and lifetimes. Returns immediately. Without it, this
   * process only answers requests and leaves the work to other processes.
   */
  start(): void;
  /** Counts the sessions in each state, for metrics. */
  countByState(): Promise<Partial<Record<SessionState, number>>>;
  /** Returns the prewarmed environments by lab, for metrics. */
  countWarm(): Promise<WarmPoolView[]>;
  /** Returns the last state of the engine's disk, for metrics. */
  disk(): DiskState | undefined;
  /** The capacity of the engine, for admins. */
  engineCapacity: CapacityService;
  /** Admits waiting sessions, because there may be more capacity. */
  capacityChanged(): void;
  /** Compares the engine with the database once, and resolves afterwards. */
  reconcile(): Promise<void>;
  /** Writes the collected uses of sessions: call this last before the database closes. */
  flushUses(): Promise<void>;
  /**
   * Stops all work, which is interrupted before this returns. Sessions keep running; unfinished ones wait for the next
   * start.
   */
  stop(): Promise<void>;
}
