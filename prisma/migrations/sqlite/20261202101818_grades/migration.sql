-- CreateTable
CREATE TABLE "Grade" (
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "points" REAL,
    "computation" TEXT NOT NULL DEFAULT '[]',
    "basis" TEXT NOT NULL DEFAULT '',
    "version" INTEGER NOT NULL DEFAULT 0,
    "givenPoints" REAL,
    "givenReason" TEXT NOT NULL DEFAULT '',
    "givenById" TEXT,
    "updatedAt" DATETIME NOT NULL,

    PRIMARY KEY ("assignmentId", "learnerId"),
    CONSTRAINT "Grade_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Grade_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "GradeChange" (
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "cause" TEXT NOT NULL,
    "byId" TEXT,
    "reason" TEXT NOT NULL DEFAULT '',
    "before" REAL,
    "after" REAL,
    "changedAt" DATETIME NOT NULL,

    PRIMARY KEY ("assignmentId", "learnerId", "version"),
    CONSTRAINT "GradeChange_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "GradeChange_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Assignment" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "courseId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT,
    "title" TEXT NOT NULL DEFAULT '',
    "position" INTEGER NOT NULL,
    "visible" BOOLEAN NOT NULL DEFAULT true,
    "gradesVisible" BOOLEAN NOT NULL DEFAULT true,
    "opensAt" DATETIME,
    "dueAt" DATETIME,
    "closesAt" DATETIME,
    "points" REAL NOT NULL,
    "attempts" INTEGER,
    "counts" TEXT NOT NULL,
    "latePercentPerDay" REAL NOT NULL DEFAULT 0,
    "lateFloorPercent" REAL NOT NULL DEFAULT 0,
    "graceMinutes" INTEGER NOT NULL DEFAULT 0,
    "timeLimitMinutes" INTEGER,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Assignment_courseId_fkey" FOREIGN KEY ("courseId") REFERENCES "Course" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_Assignment" ("attempts", "closesAt", "counts", "courseId", "createdAt", "dueAt", "graceMinutes", "id", "labSlug", "labVersion", "lateFloorPercent", "latePercentPerDay", "opensAt", "points", "position", "timeLimitMinutes", "title", "updatedAt", "visible") SELECT "attempts", "closesAt", "counts", "courseId", "createdAt", "dueAt", "graceMinutes", "id", "labSlug", "labVersion", "lateFloorPercent", "latePercentPerDay", "opensAt", "points", "position", "timeLimitMinutes", "title", "updatedAt", "visible" FROM "Assignment";
DROP TABLE "Assignment";
ALTER TABLE "new_Assignment" RENAME TO "Assignment";
CREATE INDEX "Assignment_courseId_position_idx" ON "Assignment"("courseId", "position");
CREATE INDEX "Assignment_labSlug_labVersion_idx" ON "Assignment"("labSlug", "labVersion");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE INDEX "Grade_learnerId_idx" ON "Grade"("learnerId");

-- CreateIndex
CREATE INDEX "Grade_basis_idx" ON "Grade"("basis");

-- CreateIndex
CREATE INDEX "GradeChange_learnerId_idx" ON "GradeChange"("learnerId");
