/** The services' type for each type of the schema. The code generation reads this file. */
import type { Attempt, LabProgress, StepProgress } from '../../domains/checks/results/attempt.ts';
import type { CheckVerdict } from '../../domains/checks/results/check-verdict.ts';
import type { Finding } from '../../domains/checks/results/findings.ts';
import type { RevealedHint } from '../../domains/checks/hint.ts';
import type { Reason } from '../../core/errors.ts';
import type { Assignment, AssignmentEdit, AssignmentOverride } from '../../domains/courses/assignment.ts';
import type { Course, CourseSection, CourseState } from '../../domains/courses/course.ts';
import type { FeedbackKind, RaisedHand, StepFeedback } from '../../domains/courses/help/help.ts';
import type { CourseInvitation } from '../../domains/courses/invitation.ts';
import type { CourseMember, MembershipSource } from '../../domains/courses/member.ts';
import type {
  Grade,
  GradebookRow,
  GradeChange,
  GradedStep,
  GradePreview,
} from '../../domains/grades/grade.ts';
import type {
  CommonFinding,
  Quartiles,
  StepInsight,
  StuckLearner,
  StuckReason,
} from '../../domains/insights/insight.ts';
import type { MatrixRow } from '../../domains/grades/matrix.ts';
import type { Role, Scope } from '../../domains/identity/actor.ts';
import type { CourseRole } from '../../domains/identity/policy.ts';
import type { ApiToken, User } from '../../domains/identity/user.ts';
import type { ImagePin } from '../../domains/images/pins/pin.ts';
import type { Image, ImageOrigin } from '../../domains/images/image.ts';
import type { Job, JobKind, JobProgress, JobState } from '../../domains/images/jobs/job.ts';
import type { LocalRegistry } from '../../domains/images/registry/registry-service.ts';
import type { LabProblem } from '../../domains/labs/lab-problem.ts';
import type { LabSource } from '../../domains/labs/sources/lab-source.ts';
import type { CheckView, LabView, QuizView } from '../../domains/labs/lab-view.ts';
import type { LocalizedText } from '../../domains/labs/localized-text.ts';
import type { Page } from '../../core/paging.ts';
import type { SavedState } from '../../domains/sessions/saves/saved-state.ts';
import type { CapacityReport } from '../../domains/sessions/capacity/engine-capacity.ts';
import type { Quota } from '../../domains/sessions/capacity/quota.ts';
import type { QueuePosition, Session, SessionMachine, SessionState } from '../../domains/sessions/session.ts';
import type { WarmPoolView } from '../../domains/sessions/pool/warm-service.ts';
import type { RecordedCollection, Recording } from '../../domains/terminals/recordings/recording.ts';
import type { Terminal, ViewerRole } from '../../domains/terminals/terminal.ts';

export type {
  CourseRole,
  CourseState,
  ImageOrigin,
  JobKind,
  JobState,
  MembershipSource,
  Role,
  Scope,
  SessionState,
};
export type TerminalRole = ViewerRole;
export type RecordedContent = Recording['content'];
export type CheckKind = CheckView['kind'];
export type AttemptState = Attempt['state'];
export type LabSourceState = LabSource['state'];
export type LayerPhase = NonNullable<JobProgress['layers']>[number]['phase'];
export type ProvisioningPhase = NonNullable<Session['progress']>['phase'];

type Edge<T> = Page<T>['items'][number];

export type ApiTokenModel = ApiToken;
export type AttemptModel = Attempt;
export type AttemptConnectionModel = Page<Attempt>;
export type AttemptEdgeModel = Edge<Attempt>;
export type CheckVerdictModel = CheckVerdict;
export type AssignmentModel = Assignment;
export type AssignmentOverrideModel = AssignmentOverride;
export type AssignmentEditModel = AssignmentEdit;
export type CountedAttempt = Assignment['counts'];
export type CourseModel = Course;
export type CourseConnectionModel = Page<Course>;
export type CourseEdgeModel = Edge<Course>;
export type CourseInvitationModel = CourseInvitation;
export type CourseMemberModel = CourseMember;
export type CourseMemberConnectionModel = Page<CourseMember>;
export type CourseMemberEdgeModel = Edge<CourseMember>;
export type CourseSectionModel = CourseSection;
export type CourseActivityModel = { hand: RaisedHand } | { feedback: StepFeedback } | { attempt: Attempt };
export type { FeedbackKind };
export type RaisedHandModel = RaisedHand;
export type StepFeedbackModel = StepFeedback;
export type RaisedHandConnectionModel = Page<RaisedHand>;
export type RaisedHandEdgeModel = Edge<RaisedHand>;
export type StepFeedbackConnectionModel = Page<StepFeedback>;
export type StepFeedbackEdgeModel = Edge<StepFeedback>;
export type FindingModel = Finding;
export type GivenPointsModel = NonNullable<Grade['given']> & { assignmentId: string };
export type GradeCause = GradeChange['cause'];
export type GradeModel = Grade;
export type GradeChangeModel = GradeChange & { assignmentId: string };
export type GradePreviewModel = GradePreview & { assignmentId: string };
export type GradebookConnectionModel = { assignments: Assignment[]; rows: Page<GradebookRow> };
export type GradebookEdgeModel = Edge<GradebookRow>;
export type GradebookRowModel = GradebookRow;
export type GradedStepModel = GradedStep;
export type { StuckReason };
export type CommonFindingModel = CommonFinding;
export type QuartilesModel = Quartiles;
export type StepInsightModel = StepInsight;
export type StuckLearnerModel = StuckLearner;
export type MatrixConnectionModel = Page<MatrixRow>;
export type MatrixEdgeModel = Edge<MatrixRow>;
export type MatrixRowModel = MatrixRow;
export type ImagePinModel = ImagePin;
export type ImageModel = Image;
export type ImageConnectionModel = Page<Image>;
export type ImageEdgeModel = Edge<Image>;
export type JobModel = Job;
export type JobConnectionModel = Page<Job>;
export type JobEdgeModel = Edge<Job>;
export type JobProgressModel = JobProgress;
export type LabModel = LabView;
export type LabConnectionModel = Page<LabView>;
export type LabEdgeModel = Edge<LabView>;
export type LabMachineModel = LabView['machines'][number];
export type LabProblemModel = LabProblem;
export type LabProgressModel = LabProgress;
export type LabSourceModel = LabSource;
export type LocalRegistryModel = LocalRegistry;
export type MachineModel = SessionMachine & { session: Pick<Session, 'id' | 'labSlug' | 'labVersion'> };
export type MachinePortModel = { port: number; name: LocalizedText; url: string | undefined };
export type PageInfoModel = Page<unknown>;
export type ProvisioningModel = NonNullable<Session['progress']>;
export type QuestionModel = QuizView;
export type ReasonModel = Omit<Reason, 'code'> & { code: Reason['code'] | Finding['code'] };
export type RecordedCollectionModel = RecordedCollection;
export type RecordingModel = Recording;
export type RecordingConnectionModel = Page<Recording>;
export type RecordingEdgeModel = Edge<Recording>;
export type RegistryImageModel = LocalRegistry['images'][number];
export type RevealedHintModel = RevealedHint;
export type SavedStateModel = SavedState;
export type SavedStateConnectionModel = Page<SavedState>;
export type SavedStateEdgeModel = Edge<SavedState>;
export type SavingModel = NonNullable<Session['saving']>;
export type QueuePositionModel = QueuePosition;
export type QueueReason = QueuePosition['reason'];
export type EngineCapacityModel = CapacityReport;
export type DiskCapacityModel = NonNullable<CapacityReport['disk']>;
export type QuotaModel = Quota;
export type SessionModel = Session;
export type SessionConnectionModel = Page<Session>;
export type SessionEdgeModel = Edge<Session>;
export type StepModel = LabView['steps'][number];
export type StepCheckModel = CheckView;
export type StepProgressModel = StepProgress;
export type TerminalModel = Terminal;
export type WarmPoolModel = WarmPoolView;
export type UserModel = User;
export type UserConnectionModel = Page<User>;
export type UserEdgeModel = Edge<User>;

/** An object found by its global id, with the name of its type. */
export type NodeModel =
  | (User & { __typename: 'User' })
  | (Assignment & { __typename: 'Assignment' })
  | (Course & { __typename: 'Course' })
  | (LabView & { __typename: 'Lab' })
  | (Session & { __typename: 'Session' })
  | (Image & { __typename: 'Image' })
  | (Job & { __typename: 'Job' })
  | (LabSource & { __typename: 'LabSource' })
  | (Recording & { __typename: 'Recording' })
  | (Attempt & { __typename: 'Attempt' });
