-- AlterTable
ALTER TABLE "Attempt" ADD COLUMN "courseId" TEXT;

-- AlterTable
ALTER TABLE "Recording" ADD COLUMN "courseId" TEXT;

-- AlterTable
ALTER TABLE "SavedState" ADD COLUMN "courseId" TEXT;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN "courseId" TEXT;

-- CreateIndex
CREATE INDEX "Attempt_courseId_idx" ON "Attempt"("courseId");

-- CreateIndex
CREATE INDEX "Recording_courseId_idx" ON "Recording"("courseId");

-- CreateIndex
CREATE INDEX "SavedState_courseId_idx" ON "SavedState"("courseId");

-- CreateIndex
CREATE INDEX "Session_courseId_idx" ON "Session"("courseId");

-- Work that exists already
UPDATE "Session" SET "courseId" = (SELECT "courseId" FROM "Assignment" WHERE "Assignment"."id" = "Session"."assignmentId") WHERE "assignmentId" IS NOT NULL;
UPDATE "Attempt" SET "courseId" = (SELECT "courseId" FROM "Assignment" WHERE "Assignment"."id" = "Attempt"."assignmentId") WHERE "assignmentId" <> '';
UPDATE "Recording" SET "courseId" = (SELECT "courseId" FROM "Session" WHERE "Session"."id" = "Recording"."sessionId") WHERE "sessionId" IN (SELECT "id" FROM "Session" WHERE "courseId" IS NOT NULL);
UPDATE "SavedState" SET "courseId" = (SELECT "courseId" FROM "Session" WHERE "Session"."id" = "SavedState"."sessionId") WHERE "sessionId" IN (SELECT "id" FROM "Session" WHERE "courseId" IS NOT NULL);
