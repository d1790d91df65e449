-- CreateTable
CREATE TABLE "AssignmentWork" (
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "runs" INTEGER NOT NULL,
    "startedAt" DATETIME NOT NULL,

    PRIMARY KEY ("assignmentId", "learnerId"),
    CONSTRAINT "AssignmentWork_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "AssignmentWork_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Attempt" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sessionId" TEXT,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "assignmentId" TEXT NOT NULL DEFAULT '',
    "run" INTEGER NOT NULL DEFAULT 0,
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
INSERT INTO "new_Attempt" ("findingCode", "findingDetails", "finishedAt", "heldBy", "heldUntil", "id", "labSlug", "labVersion", "learnerId", "message", "passed", "runningKey", "score", "sessionId", "startedAt", "state", "stepId") SELECT "findingCode", "findingDetails", "finishedAt", "heldBy", "heldUntil", "id", "labSlug", "labVersion", "learnerId", "message", "passed", "runningKey", "score", "sessionId", "startedAt", "state", "stepId" FROM "Attempt";
DROP TABLE "Attempt";
ALTER TABLE "new_Attempt" RENAME TO "Attempt";
CREATE UNIQUE INDEX "Attempt_runningKey_key" ON "Attempt"("runningKey");
CREATE INDEX "Attempt_learnerId_labSlug_stepId_idx" ON "Attempt"("learnerId", "labSlug", "stepId");
CREATE INDEX "Attempt_assignmentId_learnerId_idx" ON "Attempt"("assignmentId", "learnerId");
CREATE INDEX "Attempt_sessionId_idx" ON "Attempt"("sessionId");
CREATE INDEX "Attempt_state_idx" ON "Attempt"("state");
CREATE TABLE "new_Progress" (
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "assignmentId" TEXT NOT NULL DEFAULT '',
    "run" INTEGER NOT NULL DEFAULT 0,
    "stepId" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "passed" BOOLEAN NOT NULL DEFAULT false,
    "bestScore" REAL NOT NULL DEFAULT 0,
    "lastScore" REAL NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "passedAt" DATETIME,
    "updatedAt" DATETIME NOT NULL,

    PRIMARY KEY ("learnerId", "labSlug", "assignmentId", "run", "stepId"),
    CONSTRAINT "Progress_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_Progress" ("attempts", "bestScore", "failures", "labSlug", "lastScore", "learnerId", "passed", "passedAt", "stepId", "updatedAt") SELECT "attempts", "bestScore", "failures", "labSlug", "lastScore", "learnerId", "passed", "passedAt", "stepId", "updatedAt" FROM "Progress";
DROP TABLE "Progress";
ALTER TABLE "new_Progress" RENAME TO "Progress";
CREATE INDEX "Progress_assignmentId_idx" ON "Progress"("assignmentId");
CREATE TABLE "new_Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "assignmentId" TEXT,
    "run" INTEGER NOT NULL DEFAULT 0,
    "activeKey" TEXT,
    "environmentId" TEXT,
    "memoryBytes" BIGINT NOT NULL DEFAULT 0,
    "networks" INTEGER NOT NULL DEFAULT 0,
    "collection" TEXT,
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
    "runStartedAt" DATETIME,
    "timeLimitMinutes" REAL,
    "closesAt" DATETIME,
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
INSERT INTO "new_Session" ("activeKey", "claimedAt", "claimedBy", "claimedUntil", "collection", "createdAt", "endedAt", "endsAt", "environmentId", "expiresAt", "forkOfId", "generation", "id", "idleMinutes", "labSlug", "labVersion", "lastActivityAt", "learnerId", "maxEndsAt", "memoryBytes", "networks", "percent", "phase", "queuedAt", "readyAt", "reasonCode", "reasonDetails", "reasonMessage", "removedAt", "saveProblemCode", "saveProblemDetails", "saveProblemMessage", "savedStateId", "state", "warnedAt") SELECT "activeKey", "claimedAt", "claimedBy", "claimedUntil", "collection", "createdAt", "endedAt", "endsAt", "environmentId", "expiresAt", "forkOfId", "generation", "id", "idleMinutes", "labSlug", "labVersion", "lastActivityAt", "learnerId", "maxEndsAt", "memoryBytes", "networks", "percent", "phase", "queuedAt", "readyAt", "reasonCode", "reasonDetails", "reasonMessage", "removedAt", "saveProblemCode", "saveProblemDetails", "saveProblemMessage", "savedStateId", "state", "warnedAt" FROM "Session";
DROP TABLE "Session";
ALTER TABLE "new_Session" RENAME TO "Session";
CREATE UNIQUE INDEX "Session_activeKey_key" ON "Session"("activeKey");
CREATE UNIQUE INDEX "Session_environmentId_key" ON "Session"("environmentId");
CREATE INDEX "Session_learnerId_createdAt_idx" ON "Session"("learnerId", "createdAt");
CREATE INDEX "Session_state_idx" ON "Session"("state");
CREATE INDEX "Session_assignmentId_idx" ON "Session"("assignmentId");
CREATE TABLE "new_ShownHint" (
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "assignmentId" TEXT NOT NULL DEFAULT '',
    "stepId" TEXT NOT NULL,
    "hintId" TEXT NOT NULL,
    "cost" REAL NOT NULL,
    "shownAt" DATETIME NOT NULL,

    PRIMARY KEY ("learnerId", "labSlug", "assignmentId", "stepId", "hintId"),
    CONSTRAINT "ShownHint_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_ShownHint" ("cost", "hintId", "labSlug", "learnerId", "shownAt", "stepId") SELECT "cost", "hintId", "labSlug", "learnerId", "shownAt", "stepId" FROM "ShownHint";
DROP TABLE "ShownHint";
ALTER TABLE "new_ShownHint" RENAME TO "ShownHint";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE INDEX "AssignmentWork_learnerId_idx" ON "AssignmentWork"("learnerId");
