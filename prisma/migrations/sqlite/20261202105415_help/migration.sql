-- CreateTable
CREATE TABLE "RaisedHand" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "stepId" TEXT NOT NULL DEFAULT '',
    "note" TEXT NOT NULL DEFAULT '',
    "raisedAt" DATETIME NOT NULL,
    "loweredAt" DATETIME,
    "loweredById" TEXT,
    "activeKey" TEXT,
    CONSTRAINT "RaisedHand_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "RaisedHand_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "StepFeedback" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL DEFAULT '',
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "StepFeedback_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "StepFeedback_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_AssignmentWork" (
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "runs" INTEGER NOT NULL,
    "trial" BOOLEAN NOT NULL DEFAULT false,
    "startedAt" DATETIME NOT NULL,

    PRIMARY KEY ("assignmentId", "learnerId"),
    CONSTRAINT "AssignmentWork_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "AssignmentWork_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_AssignmentWork" ("assignmentId", "learnerId", "runs", "startedAt") SELECT "assignmentId", "learnerId", "runs", "startedAt" FROM "AssignmentWork";
DROP TABLE "AssignmentWork";
ALTER TABLE "new_AssignmentWork" RENAME TO "AssignmentWork";
CREATE INDEX "AssignmentWork_learnerId_idx" ON "AssignmentWork"("learnerId");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE UNIQUE INDEX "RaisedHand_activeKey_key" ON "RaisedHand"("activeKey");

-- CreateIndex
CREATE INDEX "RaisedHand_assignmentId_loweredAt_idx" ON "RaisedHand"("assignmentId", "loweredAt");

-- CreateIndex
CREATE INDEX "RaisedHand_learnerId_idx" ON "RaisedHand"("learnerId");

-- CreateIndex
CREATE INDEX "StepFeedback_learnerId_idx" ON "StepFeedback"("learnerId");

-- CreateIndex
CREATE UNIQUE INDEX "StepFeedback_assignmentId_learnerId_stepId_key" ON "StepFeedback"("assignmentId", "learnerId", "stepId");
