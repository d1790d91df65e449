import type { CheckService } from '../../domains/checks/check-service.ts';
import type { HintService } from '../../domains/checks/hint.ts';
import type { CourseService } from '../../domains/courses/course.ts';
import type { InvitationService } from '../../domains/courses/invitation.ts';
import type { MemberService } from '../../domains/courses/member.ts';
import type { TokenService, UserService } from '../../domains/identity/user.ts';
import type { PinService } from '../../domains/images/pins/pin.ts';
import type { ImageService } from '../../domains/images/image.ts';
import type { JobService } from '../../domains/images/jobs/job.ts';
import type { RegistryCredentialService } from '../../domains/images/registry/registry-credential.ts';
import type { RegistryService } from '../../domains/images/registry/registry-service.ts';
import type { LabService } from '../../domains/labs/lab-service.ts';
import type { LabSourceService } from '../../domains/labs/sources/lab-source.ts';
import type { PreviewService } from '../../domains/previews/preview.ts';
import type { SaveService } from '../../domains/sessions/saves/saved-state.ts';
import type { CapacityService } from '../../domains/sessions/capacity/engine-capacity.ts';
import type { QuotaService } from '../../domains/sessions/capacity/quota.ts';
import type { SessionService } from '../../domains/sessions/session.ts';
import type { StepService } from '../../domains/sessions/steps/step-service.ts';
import type { WarmService } from '../../domains/sessions/pool/warm-service.ts';
import type { RecordingService } from '../../domains/terminals/recordings/recording.ts';
import type { TerminalService } from '../../domains/terminals/terminal.ts';

/** The services that resolvers may call. */
export interface GraphqlServices {
  users: UserService;
  tokens: TokenService;
  courses: CourseService;
  members: MemberService;
  invitations: InvitationService;
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
  engineCapacity: CapacityService;
  terminals: Pick<TerminalService, 'open' | 'ticket' | 'list' | 'close'>;
  recordings: Omit<RecordingService, 'read'>;
  checks: CheckService;
  hints: HintService;
  steps: StepService;
  previews: Pick<PreviewService, 'open' | 'declared' | 'label'>;
}
