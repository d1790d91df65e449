-- CreateTable
CREATE TABLE "User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "role" TEXT NOT NULL,
    "disabledAt" DATETIME,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "scopes" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME,
    "lastUsedAt" DATETIME,
    CONSTRAINT "ApiToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "SignInLink" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "usedAt" DATETIME,
    CONSTRAINT "SignInLink_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "WebSession" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "WebSession_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "state" TEXT NOT NULL,
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
    "claimedUntil" DATETIME,
    "claimedAt" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "readyAt" DATETIME,
    "lastActivityAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "warnedAt" DATETIME,
    "idleMinutes" REAL NOT NULL,
    "endsAt" DATETIME NOT NULL,
    "maxEndsAt" DATETIME NOT NULL,
    "savedStateId" TEXT,
    "saveProblemCode" TEXT,
    "saveProblemMessage" TEXT,
    "saveProblemDetails" TEXT,
    "forkOfId" TEXT,
    "queuedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removedAt" DATETIME,
    "endedAt" DATETIME,
    CONSTRAINT "Session_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Machine" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sessionId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "image" TEXT NOT NULL,
    "engineId" TEXT,
    "addresses" TEXT NOT NULL DEFAULT '[]',
    "diskPercent" INTEGER,
    CONSTRAINT "Machine_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "EnteredStep" (
    "sessionId" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "enteredAt" DATETIME NOT NULL,
    "generation" INTEGER NOT NULL,
    "heldBy" TEXT,
    "heldUntil" DATETIME,

    PRIMARY KEY ("sessionId", "stepId"),
    CONSTRAINT "EnteredStep_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Subnet" (
    "index" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "environmentId" TEXT NOT NULL,
    "network" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Terminal" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sessionId" TEXT NOT NULL,
    "machineName" TEXT NOT NULL,
    "openedById" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "cols" INTEGER NOT NULL,
    "machineId" TEXT,
    "shell" TEXT,
    "durable" BOOLEAN NOT NULL DEFAULT false,
    "heldBy" TEXT,
    "heldUntil" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "attachedAt" DATETIME,
    "endedAt" DATETIME,
    "exitCode" INTEGER,
    CONSTRAINT "Terminal_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "TerminalTicket" (
    "hash" TEXT NOT NULL PRIMARY KEY,
    "terminalId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "TerminalTicket_terminalId_fkey" FOREIGN KEY ("terminalId") REFERENCES "Terminal" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Recording" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "terminalId" TEXT NOT NULL,
    "sessionId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "machineName" TEXT NOT NULL,
    "openedById" TEXT NOT NULL,
    "input" BOOLEAN NOT NULL,
    "rows" INTEGER NOT NULL,
    "cols" INTEGER NOT NULL,
    "startedAt" DATETIME NOT NULL,
    "endedAt" DATETIME,
    "writtenAt" DATETIME NOT NULL,
    "durationMs" BIGINT NOT NULL DEFAULT 0,
    "offset" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "storedBytes" BIGINT NOT NULL DEFAULT 0,
    "parts" INTEGER NOT NULL DEFAULT 0,
    "truncated" BOOLEAN NOT NULL DEFAULT false,
    "writer" TEXT,
    CONSTRAINT "Recording_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RecordingPart" (
    "recordingId" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "content" BLOB NOT NULL,

    PRIMARY KEY ("recordingId", "place"),
    CONSTRAINT "RecordingPart_recordingId_fkey" FOREIGN KEY ("recordingId") REFERENCES "Recording" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RecordedCourse" (
    "course" TEXT NOT NULL PRIMARY KEY,
    "setById" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "PreviewPass" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sessionId" TEXT NOT NULL,
    "machineName" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "openedById" TEXT NOT NULL,
    "openedWith" TEXT NOT NULL,
    "grantHash" TEXT,
    "grantExpiresAt" DATETIME NOT NULL,
    "passHash" TEXT,
    "expiresAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "PreviewPass_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Attempt" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sessionId" TEXT,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "passed" BOOLEAN NOT NULL DEFAULT false,
    "score" REAL NOT NULL DEFAULT 0,
    "message" TEXT NOT NULL DEFAULT '',
    "findingCode" TEXT,
    "findingDetails" TEXT,
    "startedAt" DATETIME NOT NULL,
    "finishedAt" DATETIME,
    "runningKey" TEXT,
    "heldBy" TEXT,
    "heldUntil" DATETIME,
    CONSTRAINT "Attempt_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Attempt_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "CheckVerdict" (
    "attemptId" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "checkId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "weight" REAL NOT NULL,
    "state" TEXT NOT NULL,
    "passed" BOOLEAN NOT NULL,
    "score" REAL NOT NULL,
    "message" TEXT NOT NULL,
    "evidence" TEXT NOT NULL,
    "exitCode" INTEGER,
    "findingCode" TEXT,
    "findingDetails" TEXT,
    "answered" BOOLEAN NOT NULL DEFAULT false,

    PRIMARY KEY ("attemptId", "place"),
    CONSTRAINT "CheckVerdict_attemptId_fkey" FOREIGN KEY ("attemptId") REFERENCES "Attempt" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Progress" (
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "passed" BOOLEAN NOT NULL DEFAULT false,
    "bestScore" REAL NOT NULL DEFAULT 0,
    "lastScore" REAL NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "passedAt" DATETIME,
    "updatedAt" DATETIME NOT NULL,

    PRIMARY KEY ("learnerId", "labSlug", "stepId"),
    CONSTRAINT "Progress_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ShownHint" (
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "hintId" TEXT NOT NULL,
    "cost" REAL NOT NULL,
    "shownAt" DATETIME NOT NULL,

    PRIMARY KEY ("learnerId", "labSlug", "stepId", "hintId"),
    CONSTRAINT "ShownHint_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Setting" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Job" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "activeKey" TEXT,
    "version" INTEGER NOT NULL DEFAULT 0,
    "progress" TEXT NOT NULL DEFAULT '{}',
    "log" TEXT NOT NULL DEFAULT '',
    "reasonCode" TEXT,
    "reasonMessage" TEXT,
    "reasonDetails" TEXT,
    "startedById" TEXT NOT NULL,
    "cancelledAt" DATETIME,
    "heldBy" TEXT,
    "heldUntil" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "finishedAt" DATETIME
);

-- CreateTable
CREATE TABLE "OwnImage" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "imageId" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "unusedSince" DATETIME
);

-- CreateTable
CREATE TABLE "PushName" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "imageId" TEXT NOT NULL,
    "target" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "RegistryCredential" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "registry" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "LabVersion" (
    "labSlug" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "content" BLOB NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "usedAt" DATETIME NOT NULL,

    PRIMARY KEY ("labSlug", "version")
);

-- CreateTable
CREATE TABLE "PresentLab" (
    "source" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "since" DATETIME NOT NULL,

    PRIMARY KEY ("source", "labSlug")
);

-- CreateTable
CREATE TABLE "LabSource" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "ref" TEXT,
    "folder" TEXT NOT NULL DEFAULT '',
    "everyMinutes" INTEGER NOT NULL,
    "commit" TEXT,
    "dueAt" DATETIME NOT NULL,
    "checkedAt" DATETIME,
    "changedAt" DATETIME,
    "reasonCode" TEXT,
    "reasonMessage" TEXT,
    "reasonDetails" TEXT,
    "problems" TEXT NOT NULL DEFAULT '[]',
    "heldBy" TEXT,
    "heldUntil" DATETIME,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "ImagePin" (
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "image" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "digest" TEXT,
    "pinnedAt" DATETIME NOT NULL,
    "usedAt" DATETIME NOT NULL,

    PRIMARY KEY ("labSlug", "labVersion", "image")
);

-- CreateTable
CREATE TABLE "SavedState" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "sessionId" TEXT,
    "currentFor" TEXT,
    "madeById" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "madeIn" INTEGER NOT NULL DEFAULT 0,
    "heldBy" TEXT,
    "heldUntil" DATETIME,
    CONSTRAINT "SavedState_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "SavedImage" (
    "savedStateId" TEXT NOT NULL,
    "machineName" TEXT NOT NULL,
    "volume" TEXT NOT NULL DEFAULT '',
    "image" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL DEFAULT 0,

    PRIMARY KEY ("savedStateId", "machineName", "volume"),
    CONSTRAINT "SavedImage_savedStateId_fkey" FOREIGN KEY ("savedStateId") REFERENCES "SavedState" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "WarmPool" (
    "labSlug" TEXT NOT NULL PRIMARY KEY,
    "labVersion" TEXT NOT NULL,
    "neededAt" DATETIME NOT NULL,
    "drainedAt" DATETIME
);

-- CreateTable
CREATE TABLE "WarmEnvironment" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "memoryBytes" BIGINT NOT NULL DEFAULT 0,
    "machines" TEXT NOT NULL DEFAULT '[]',
    "networks" INTEGER NOT NULL DEFAULT 0,
    "heldBy" TEXT,
    "heldUntil" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "readyAt" DATETIME
);

-- CreateTable
CREATE TABLE "Quota" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "subject" TEXT NOT NULL,
    "sessions" INTEGER,
    "memoryBytes" BIGINT,
    "updatedAt" DATETIME NOT NULL
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
