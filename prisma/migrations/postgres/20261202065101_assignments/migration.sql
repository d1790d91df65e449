-- CreateEnum
CREATE TYPE "CountedAttempt" AS ENUM ('best', 'last');

-- CreateTable
CREATE TABLE "Assignment" (
    "id" TEXT NOT NULL,
    "courseId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "labVersion" TEXT,
    "title" TEXT NOT NULL DEFAULT '',
    "position" INTEGER NOT NULL,
    "visible" BOOLEAN NOT NULL DEFAULT true,
    "opensAt" TIMESTAMP(3),
    "dueAt" TIMESTAMP(3),
    "closesAt" TIMESTAMP(3),
    "points" DOUBLE PRECISION NOT NULL,
    "attempts" INTEGER,
    "counts" "CountedAttempt" NOT NULL,
    "latePercentPerDay" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "lateFloorPercent" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "graceMinutes" INTEGER NOT NULL DEFAULT 0,
    "timeLimitMinutes" INTEGER,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Assignment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AssignmentOverride" (
    "id" TEXT NOT NULL,
    "assignmentId" TEXT NOT NULL,
    "memberId" TEXT,
    "sectionId" TEXT,
    "opensAt" TIMESTAMP(3),
    "dueAt" TIMESTAMP(3),
    "closesAt" TIMESTAMP(3),
    "attempts" INTEGER,
    "timeFactor" DOUBLE PRECISION,
    "extraMinutes" INTEGER,
    "createdById" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AssignmentOverride_pkey" PRIMARY KEY ("id")
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

-- AddForeignKey
ALTER TABLE "Assignment" ADD CONSTRAINT "Assignment_courseId_fkey" FOREIGN KEY ("courseId") REFERENCES "Course"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AssignmentOverride" ADD CONSTRAINT "AssignmentOverride_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AssignmentOverride" ADD CONSTRAINT "AssignmentOverride_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "CourseMember"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AssignmentOverride" ADD CONSTRAINT "AssignmentOverride_sectionId_fkey" FOREIGN KEY ("sectionId") REFERENCES "CourseSection"("id") ON DELETE CASCADE ON UPDATE CASCADE;
