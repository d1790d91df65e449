-- DropIndex
DROP INDEX "Attempt_courseId_idx";

-- DropIndex
DROP INDEX "Recording_courseId_idx";

-- DropIndex
DROP INDEX "SavedState_courseId_idx";

-- DropIndex
DROP INDEX "Session_courseId_idx";

-- CreateIndex
CREATE INDEX "Attempt_courseId_id_idx" ON "Attempt"("courseId", "id");

-- CreateIndex
CREATE INDEX "Recording_courseId_id_idx" ON "Recording"("courseId", "id");

-- CreateIndex
CREATE INDEX "SavedState_courseId_id_idx" ON "SavedState"("courseId", "id");

-- CreateIndex
CREATE INDEX "Session_courseId_id_idx" ON "Session"("courseId", "id");
