-- CreateEnum
CREATE TYPE "Role" AS ENUM ('admin', 'instructor', 'student');

-- CreateEnum
CREATE TYPE "SessionState" AS ENUM ('requested', 'queued', 'provisioning', 'ready', 'saving', 'saved', 'stopping', 'ended', 'failed', 'unreachable');

-- CreateEnum
CREATE TYPE "AttemptState" AS ENUM ('running', 'finished', 'errored');

-- CreateEnum
CREATE TYPE "CheckKind" AS ENUM ('script', 'trusted', 'quiz', 'file', 'command', 'http');

-- CreateEnum
CREATE TYPE "JobKind" AS ENUM ('pull', 'build', 'prune', 'mirror');

-- CreateEnum
CREATE TYPE "JobState" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "OwnImageOrigin" AS ENUM ('pulled', 'built');

-- CreateEnum
CREATE TYPE "SavedStateState" AS ENUM ('making', 'whole', 'removing');

-- CreateEnum
CREATE TYPE "WarmState" AS ENUM ('making', 'ready', 'leaving');

-- CreateTable
CREATE TABLE "User" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "role" "Role" NOT NULL,
    "disabledAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "scopes" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3),
    "lastUsedAt" TIMESTAMP(3),

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SignInLink" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3),

    CONSTRAINT "SignInLink_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebSession" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "WebSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "state" "SessionState" NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "activeKey" TEXT,
    "environmentId" TEXT,
    "memoryBytes" BIGINT NOT NULL DEFAULT 0,
    "networks" INTEGER NOT NULL DEFAULT 0,
    "course" TEXT,
    "phase" TEXT,
    "percent" INTEGER,
    "reasonCode" TEXT,
    "reasonMessage" TEXT,
    "reasonDetails" TEXT,
    "claimedBy" TEXT,
    "claimedUntil" TIMESTAMP(3),
    "claimedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,
    "readyAt" TIMESTAMP(3),
    "lastActivityAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "warnedAt" TIMESTAMP(3),
    "idleMinutes" DOUBLE PRECISION NOT NULL,
    "endsAt" TIMESTAMP(3) NOT NULL,
    "maxEndsAt" TIMESTAMP(3) NOT NULL,
    "savedStateId" TEXT,
    "saveProblemCode" TEXT,
    "saveProblemMessage" TEXT,
    "saveProblemDetails" TEXT,
    "forkOfId" TEXT,
    "queuedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removedAt" TIMESTAMP(3),
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Machine" (
    "id" TEXT NOT NULL,
    "sessionId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "image" TEXT NOT NULL,
    "engineId" TEXT,
    "addresses" TEXT NOT NULL DEFAULT '[]',
    "diskPercent" INTEGER,

    CONSTRAINT "Machine_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EnteredStep" (
    "sessionId" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "enteredAt" TIMESTAMP(3) NOT NULL,
    "generation" INTEGER NOT NULL,
    "heldBy" TEXT,
    "heldUntil" TIMESTAMP(3),

    CONSTRAINT "EnteredStep_pkey" PRIMARY KEY ("sessionId","stepId")
);

-- CreateTable
CREATE TABLE "Subnet" (
    "index" INTEGER NOT NULL,
    "environmentId" TEXT NOT NULL,
    "network" TEXT NOT NULL,

    CONSTRAINT "Subnet_pkey" PRIMARY KEY ("index")
);

-- CreateTable
CREATE TABLE "Terminal" (
    "id" TEXT NOT NULL,
    "sessionId" TEXT NOT NULL,
    "machineName" TEXT NOT NULL,
    "openedById" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "cols" INTEGER NOT NULL,
    "machineId" TEXT,
    "shell" TEXT,
    "durable" BOOLEAN NOT NULL DEFAULT false,
    "heldBy" TEXT,
    "heldUntil" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,
    "attachedAt" TIMESTAMP(3),
    "endedAt" TIMESTAMP(3),
    "exitCode" INTEGER,

    CONSTRAINT "Terminal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TerminalTicket" (
    "hash" TEXT NOT NULL,
    "terminalId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "TerminalTicket_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "Recording" (
    "id" TEXT NOT NULL,
    "terminalId" TEXT NOT NULL,
    "sessionId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "machineName" TEXT NOT NULL,
    "openedById" TEXT NOT NULL,
    "input" BOOLEAN NOT NULL,
    "rows" INTEGER NOT NULL,
    "cols" INTEGER NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "endedAt" TIMESTAMP(3),
    "writtenAt" TIMESTAMP(3) NOT NULL,
    "durationMs" BIGINT NOT NULL DEFAULT 0,
    "offset" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "storedBytes" BIGINT NOT NULL DEFAULT 0,
    "parts" INTEGER NOT NULL DEFAULT 0,
    "truncated" BOOLEAN NOT NULL DEFAULT false,
    "writer" TEXT,

    CONSTRAINT "Recording_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RecordingPart" (
    "recordingId" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "RecordingPart_pkey" PRIMARY KEY ("recordingId","place")
);

-- CreateTable
CREATE TABLE "RecordedCourse" (
    "course" TEXT NOT NULL,
    "setById" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "RecordedCourse_pkey" PRIMARY KEY ("course")
);

-- CreateTable
CREATE TABLE "PreviewPass" (
    "id" TEXT NOT NULL,
    "sessionId" TEXT NOT NULL,
    "machineName" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "openedById" TEXT NOT NULL,
    "openedWith" TEXT NOT NULL,
    "grantHash" TEXT,
    "grantExpiresAt" TIMESTAMP(3) NOT NULL,
    "passHash" TEXT,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "PreviewPass_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Attempt" (
    "id" TEXT NOT NULL,
    "sessionId" TEXT,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "state" "AttemptState" NOT NULL,
    "passed" BOOLEAN NOT NULL DEFAULT false,
    "score" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "message" TEXT NOT NULL DEFAULT '',
    "findingCode" TEXT,
    "findingDetails" TEXT,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "finishedAt" TIMESTAMP(3),
    "runningKey" TEXT,
    "heldBy" TEXT,
    "heldUntil" TIMESTAMP(3),

    CONSTRAINT "Attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CheckVerdict" (
    "attemptId" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "checkId" TEXT NOT NULL,
    "kind" "CheckKind" NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL,
    "state" "AttemptState" NOT NULL,
    "passed" BOOLEAN NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,
    "message" TEXT NOT NULL,
    "evidence" TEXT NOT NULL,
    "exitCode" INTEGER,
    "findingCode" TEXT,
    "findingDetails" TEXT,
    "answered" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "CheckVerdict_pkey" PRIMARY KEY ("attemptId","place")
);

-- CreateTable
CREATE TABLE "Progress" (
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "passed" BOOLEAN NOT NULL DEFAULT false,
    "bestScore" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "lastScore" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "passedAt" TIMESTAMP(3),
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Progress_pkey" PRIMARY KEY ("learnerId","labSlug","stepId")
);

-- CreateTable
CREATE TABLE "ShownHint" (
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "hintId" TEXT NOT NULL,
    "cost" DOUBLE PRECISION NOT NULL,
    "shownAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ShownHint_pkey" PRIMARY KEY ("learnerId","labSlug","stepId","hintId")
);

-- CreateTable
CREATE TABLE "Setting" (
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "Setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "Job" (
    "id" TEXT NOT NULL,
    "kind" "JobKind" NOT NULL,
    "subject" TEXT NOT NULL,
    "state" "JobState" NOT NULL,
    "activeKey" TEXT,
    "version" INTEGER NOT NULL DEFAULT 0,
    "progress" TEXT NOT NULL DEFAULT '{}',
    "log" TEXT NOT NULL DEFAULT '',
    "reasonCode" TEXT,
    "reasonMessage" TEXT,
    "reasonDetails" TEXT,
    "startedById" TEXT NOT NULL,
    "cancelledAt" TIMESTAMP(3),
    "heldBy" TEXT,
    "heldUntil" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OwnImage" (
    "name" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "origin" "OwnImageOrigin" NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "unusedSince" TIMESTAMP(3),

    CONSTRAINT "OwnImage_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "PushName" (
    "name" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "target" TEXT NOT NULL,

    CONSTRAINT "PushName_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "RegistryCredential" (
    "id" TEXT NOT NULL,
    "registry" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "RegistryCredential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LabVersion" (
    "labSlug" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "LabVersion_pkey" PRIMARY KEY ("labSlug","version")
);

-- CreateTable
CREATE TABLE "PresentLab" (
    "source" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "since" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "PresentLab_pkey" PRIMARY KEY ("source","labSlug")
);

-- CreateTable
CREATE TABLE "LabSource" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "ref" TEXT,
    "folder" TEXT NOT NULL DEFAULT '',
    "everyMinutes" INTEGER NOT NULL,
    "commit" TEXT,
    "dueAt" TIMESTAMP(3) NOT NULL,
    "checkedAt" TIMESTAMP(3),
    "changedAt" TIMESTAMP(3),
    "reasonCode" TEXT,
    "reasonMessage" TEXT,
    "reasonDetails" TEXT,
    "problems" TEXT NOT NULL DEFAULT '[]',
    "heldBy" TEXT,
    "heldUntil" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "LabSource_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImagePin" (
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "image" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "digest" TEXT,
    "pinnedAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ImagePin_pkey" PRIMARY KEY ("labSlug","labVersion","image")
);

-- CreateTable
CREATE TABLE "SavedState" (
    "id" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "sessionId" TEXT,
    "currentFor" TEXT,
    "madeById" TEXT NOT NULL,
    "state" "SavedStateState" NOT NULL,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "madeIn" INTEGER NOT NULL DEFAULT 0,
    "heldBy" TEXT,
    "heldUntil" TIMESTAMP(3),

    CONSTRAINT "SavedState_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SavedImage" (
    "savedStateId" TEXT NOT NULL,
    "machineName" TEXT NOT NULL,
    "volume" TEXT NOT NULL DEFAULT '',
    "image" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "SavedImage_pkey" PRIMARY KEY ("savedStateId","machineName","volume")
);

-- CreateTable
CREATE TABLE "WarmPool" (
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "neededAt" TIMESTAMP(3) NOT NULL,
    "drainedAt" TIMESTAMP(3),

    CONSTRAINT "WarmPool_pkey" PRIMARY KEY ("labSlug")
);

-- CreateTable
CREATE TABLE "WarmEnvironment" (
    "id" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "state" "WarmState" NOT NULL,
    "memoryBytes" BIGINT NOT NULL DEFAULT 0,
    "machines" TEXT NOT NULL DEFAULT '[]',
    "networks" INTEGER NOT NULL DEFAULT 0,
    "heldBy" TEXT,
    "heldUntil" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,
    "readyAt" TIMESTAMP(3),

    CONSTRAINT "WarmEnvironment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Quota" (
    "id" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "sessions" INTEGER,
    "memoryBytes" BIGINT,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Quota_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_hash_key" ON "ApiToken"("hash");

-- CreateIndex
CREATE INDEX "ApiToken_userId_idx" ON "ApiToken"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "SignInLink_hash_key" ON "SignInLink"("hash");

-- CreateIndex
CREATE INDEX "SignInLink_userId_idx" ON "SignInLink"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "WebSession_hash_key" ON "WebSession"("hash");

-- CreateIndex
CREATE INDEX "WebSession_userId_idx" ON "WebSession"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Session_activeKey_key" ON "Session"("activeKey");

-- CreateIndex
CREATE UNIQUE INDEX "Session_environmentId_key" ON "Session"("environmentId");

-- CreateIndex
CREATE INDEX "Session_learnerId_createdAt_idx" ON "Session"("learnerId", "createdAt");

-- CreateIndex
CREATE INDEX "Session_state_idx" ON "Session"("state");

-- CreateIndex
CREATE UNIQUE INDEX "Machine_sessionId_name_key" ON "Machine"("sessionId", "name");

-- CreateIndex
CREATE INDEX "Subnet_environmentId_idx" ON "Subnet"("environmentId");

-- CreateIndex
CREATE INDEX "Terminal_sessionId_idx" ON "Terminal"("sessionId");

-- CreateIndex
CREATE INDEX "Terminal_endedAt_heldUntil_idx" ON "Terminal"("endedAt", "heldUntil");

-- CreateIndex
CREATE INDEX "TerminalTicket_terminalId_idx" ON "TerminalTicket"("terminalId");

-- CreateIndex
CREATE INDEX "TerminalTicket_expiresAt_idx" ON "TerminalTicket"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "Recording_terminalId_key" ON "Recording"("terminalId");

-- CreateIndex
CREATE INDEX "Recording_learnerId_idx" ON "Recording"("learnerId");

-- CreateIndex
CREATE INDEX "Recording_sessionId_idx" ON "Recording"("sessionId");

-- CreateIndex
CREATE INDEX "Recording_endedAt_idx" ON "Recording"("endedAt");

-- CreateIndex
CREATE UNIQUE INDEX "PreviewPass_grantHash_key" ON "PreviewPass"("grantHash");

-- CreateIndex
CREATE UNIQUE INDEX "PreviewPass_passHash_key" ON "PreviewPass"("passHash");

-- CreateIndex
CREATE INDEX "PreviewPass_sessionId_idx" ON "PreviewPass"("sessionId");

-- CreateIndex
CREATE INDEX "PreviewPass_expiresAt_idx" ON "PreviewPass"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "Attempt_runningKey_key" ON "Attempt"("runningKey");

-- CreateIndex
CREATE INDEX "Attempt_learnerId_labSlug_stepId_idx" ON "Attempt"("learnerId", "labSlug", "stepId");

-- CreateIndex
CREATE INDEX "Attempt_sessionId_idx" ON "Attempt"("sessionId");

-- CreateIndex
CREATE INDEX "Attempt_state_idx" ON "Attempt"("state");

-- CreateIndex
CREATE UNIQUE INDEX "Job_activeKey_key" ON "Job"("activeKey");

-- CreateIndex
CREATE INDEX "Job_state_idx" ON "Job"("state");

-- CreateIndex
CREATE INDEX "Job_createdAt_idx" ON "Job"("createdAt");

-- CreateIndex
CREATE INDEX "OwnImage_imageId_idx" ON "OwnImage"("imageId");

-- CreateIndex
CREATE INDEX "PushName_target_idx" ON "PushName"("target");

-- CreateIndex
CREATE UNIQUE INDEX "RegistryCredential_registry_key" ON "RegistryCredential"("registry");

-- CreateIndex
CREATE INDEX "LabVersion_usedAt_idx" ON "LabVersion"("usedAt");

-- CreateIndex
CREATE UNIQUE INDEX "LabSource_name_key" ON "LabSource"("name");

-- CreateIndex
CREATE INDEX "LabSource_dueAt_idx" ON "LabSource"("dueAt");

-- CreateIndex
CREATE INDEX "ImagePin_imageId_idx" ON "ImagePin"("imageId");

-- CreateIndex
CREATE UNIQUE INDEX "SavedState_currentFor_key" ON "SavedState"("currentFor");

-- CreateIndex
CREATE INDEX "SavedState_learnerId_labSlug_idx" ON "SavedState"("learnerId", "labSlug");

-- CreateIndex
CREATE INDEX "SavedState_state_expiresAt_idx" ON "SavedState"("state", "expiresAt");

-- CreateIndex
CREATE INDEX "SavedImage_image_idx" ON "SavedImage"("image");

-- CreateIndex
CREATE INDEX "WarmEnvironment_labSlug_state_idx" ON "WarmEnvironment"("labSlug", "state");

-- CreateIndex
CREATE UNIQUE INDEX "Quota_subject_key" ON "Quota"("subject");

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignInLink" ADD CONSTRAINT "SignInLink_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebSession" ADD CONSTRAINT "WebSession_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Machine" ADD CONSTRAINT "Machine_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EnteredStep" ADD CONSTRAINT "EnteredStep_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Terminal" ADD CONSTRAINT "Terminal_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TerminalTicket" ADD CONSTRAINT "TerminalTicket_terminalId_fkey" FOREIGN KEY ("terminalId") REFERENCES "Terminal"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Recording" ADD CONSTRAINT "Recording_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecordingPart" ADD CONSTRAINT "RecordingPart_recordingId_fkey" FOREIGN KEY ("recordingId") REFERENCES "Recording"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PreviewPass" ADD CONSTRAINT "PreviewPass_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attempt" ADD CONSTRAINT "Attempt_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attempt" ADD CONSTRAINT "Attempt_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CheckVerdict" ADD CONSTRAINT "CheckVerdict_attemptId_fkey" FOREIGN KEY ("attemptId") REFERENCES "Attempt"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Progress" ADD CONSTRAINT "Progress_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ShownHint" ADD CONSTRAINT "ShownHint_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SavedState" ADD CONSTRAINT "SavedState_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SavedImage" ADD CONSTRAINT "SavedImage_savedStateId_fkey" FOREIGN KEY ("savedStateId") REFERENCES "SavedState"("id") ON DELETE CASCADE ON UPDATE CASCADE;
