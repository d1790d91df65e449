import type { CheckService } from '../checks/attempt.ts';
import type { HintService } from '../checks/hint.ts';
import type { TokenService, UserService } from '../identity/user.ts';
import type { PinService } from '../images/pin.ts';
import type { ImageService } from '../images/image.ts';
import type { JobService } from '../images/job.ts';
import type { RegistryCredentialService } from '../images/registry-credential.ts';
import type { RegistryService } from '../images/registry-service.ts';
import type { LabService } from '../labs/lab-service.ts';
import type { LabSourceService } from '../labs/sources/lab-source.ts';
import type { PreviewService } from '../previews/preview.ts';
import type { SaveService } from '../sessions/saves/saved-state.ts';
import type { EngineRoomService } from '../sessions/admission/engine-room.ts';
import type { QuotaService } from '../sessions/admission/quota.ts';
import type { SessionService } from '../sessions/session.ts';
import type { StepService } from '../sessions/steps/step-service.ts';
import type { WarmService } from '../sessions/warm/warm-service.ts';
import type { RecordingService } from '../terminals/recordings/recording.ts';
import type { TerminalService } from '../terminals/terminal.ts';

/** What resolvers may call. */
export interface GraphqlServices {
  users: UserService;
  tokens: TokenService;
  labs: Omit<LabService, 'upload' | 'removeUploaded'>;
  labSources: LabSourceService;
  pins: PinService;
  images: ImageService;
  jobs: JobService;
  registryCredentials: RegistryCredentialService;
  registry: RegistryService;
  sessions: Omit<SessionService, 'machine' | 'touch' | 'hiddenFrom'>;
  warm: WarmService;
  saves: SaveService;
  quotas: QuotaService;
  engineRoom: EngineRoomService;
  terminals: Pick<TerminalService, 'open' | 'ticket' | 'list' | 'close'>;
  recordings: Omit<RecordingService, 'read'>;
  checks: CheckService;
  hints: HintService;
  steps: StepService;
  previews: Pick<PreviewService, 'open' | 'declared' | 'label'>;
}
