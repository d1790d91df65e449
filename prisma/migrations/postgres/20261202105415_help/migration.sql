-- CreateEnum
CREATE TYPE "FeedbackKind" AS ENUM ('unclear', 'wrong', 'too_hard', 'good', 'other');

-- AlterTable
ALTER TABLE "AssignmentWork" ADD COLUMN     "trial" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "RaisedHand" (
    "id" TEXT NOT NULL,
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "stepId" TEXT NOT NULL DEFAULT '',
    "note" TEXT NOT NULL DEFAULT '',
    "raisedAt" TIMESTAMP(3) NOT NULL,
    "loweredAt" TIMESTAMP(3),
    "loweredById" TEXT,
    "activeKey" TEXT,

    CONSTRAINT "RaisedHand_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StepFeedback" (
    "id" TEXT NOT NULL,
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "kind" "FeedbackKind" NOT NULL,
    "text" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "StepFeedback_pkey" PRIMARY KEY ("id")
);

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

-- AddForeignKey
ALTER TABLE "RaisedHand" ADD CONSTRAINT "RaisedHand_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RaisedHand" ADD CONSTRAINT "RaisedHand_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "StepFeedback" ADD CONSTRAINT "StepFeedback_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "StepFeedback" ADD CONSTRAINT "StepFeedback_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
