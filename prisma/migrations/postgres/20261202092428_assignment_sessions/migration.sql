-- AlterTable
ALTER TABLE "Attempt" ADD COLUMN     "assignmentId" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "run" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Progress" DROP CONSTRAINT "Progress_pkey",
ADD COLUMN     "assignmentId" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "run" INTEGER NOT NULL DEFAULT 0,
ADD CONSTRAINT "Progress_pkey" PRIMARY KEY ("learnerId", "labSlug", "assignmentId", "run", "stepId");

-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "assignmentId" TEXT,
ADD COLUMN     "closesAt" TIMESTAMP(3),
ADD COLUMN     "run" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "runStartedAt" TIMESTAMP(3),
ADD COLUMN     "timeLimitMinutes" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "ShownHint" DROP CONSTRAINT "ShownHint_pkey",
ADD COLUMN     "assignmentId" TEXT NOT NULL DEFAULT '',
ADD CONSTRAINT "ShownHint_pkey" PRIMARY KEY ("learnerId", "labSlug", "assignmentId", "stepId", "hintId");

-- CreateTable
CREATE TABLE "AssignmentWork" (
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "runs" INTEGER NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AssignmentWork_pkey" PRIMARY KEY ("assignmentId","learnerId")
);

-- CreateIndex
CREATE INDEX "AssignmentWork_learnerId_idx" ON "AssignmentWork"("learnerId");

-- CreateIndex
CREATE INDEX "Attempt_assignmentId_learnerId_idx" ON "Attempt"("assignmentId", "learnerId");

-- CreateIndex
CREATE INDEX "Progress_assignmentId_idx" ON "Progress"("assignmentId");

-- CreateIndex
CREATE INDEX "Session_assignmentId_idx" ON "Session"("assignmentId");

-- AddForeignKey
ALTER TABLE "AssignmentWork" ADD CONSTRAINT "AssignmentWork_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AssignmentWork" ADD CONSTRAINT "AssignmentWork_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
