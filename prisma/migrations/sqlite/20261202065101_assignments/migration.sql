-- CreateTable
CREATE TABLE "Assignment" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "courseId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT,
    "title" TEXT NOT NULL DEFAULT '',
    "position" INTEGER NOT NULL,
    "visible" BOOLEAN NOT NULL DEFAULT true,
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

-- CreateTable
CREATE TABLE "AssignmentOverride" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "assignmentId" TEXT NOT NULL,
    "memberId" TEXT,
    "sectionId" TEXT,
    "opensAt" DATETIME,
    "dueAt" DATETIME,
    "closesAt" DATETIME,
    "attempts" INTEGER,
    "timeFactor" REAL,
    "extraMinutes" INTEGER,
    "createdById" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "AssignmentOverride_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "AssignmentOverride_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "CourseMember" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "AssignmentOverride_sectionId_fkey" FOREIGN KEY ("sectionId") REFERENCES "CourseSection" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "Assignment_courseId_position_idx" ON "Assignment"("courseId", "position");

-- CreateIndex
CREATE INDEX "Assignment_labSlug_labVersion_idx" ON "Assignment"("labSlug", "labVersion");

-- CreateIndex
CREATE INDEX "AssignmentOverride_memberId_idx" ON "AssignmentOverride"("memberId");

-- CreateIndex
CREATE INDEX "AssignmentOverride_sectionId_idx" ON "AssignmentOverride"("sectionId");

-- CreateIndex
CREATE UNIQUE INDEX "AssignmentOverride_assignmentId_memberId_key" ON "AssignmentOverride"("assignmentId", "memberId");

-- CreateIndex
CREATE UNIQUE INDEX "AssignmentOverride_assignmentId_sectionId_key" ON "AssignmentOverride"("assignmentId", "sectionId");
