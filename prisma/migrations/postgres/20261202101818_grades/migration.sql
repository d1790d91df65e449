-- CreateEnum
CREATE TYPE "GradeCause" AS ENUM ('work', 'terms', 'given', 'withdrawn');

-- AlterTable
ALTER TABLE "Assignment" ADD COLUMN     "gradesVisible" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "Grade" (
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "points" DOUBLE PRECISION,
    "computation" TEXT NOT NULL DEFAULT '[]',
    "basis" TEXT NOT NULL DEFAULT '',
    "version" INTEGER NOT NULL DEFAULT 0,
    "givenPoints" DOUBLE PRECISION,
    "givenReason" TEXT NOT NULL DEFAULT '',
    "givenById" TEXT,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Grade_pkey" PRIMARY KEY ("assignmentId","learnerId")
);

-- CreateTable
CREATE TABLE "GradeChange" (
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "cause" "GradeCause" NOT NULL,
    "byId" TEXT,
    "reason" TEXT NOT NULL DEFAULT '',
    "before" DOUBLE PRECISION,
    "after" DOUBLE PRECISION,
    "changedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "GradeChange_pkey" PRIMARY KEY ("assignmentId","learnerId","version")
);

-- CreateIndex
CREATE INDEX "Grade_learnerId_idx" ON "Grade"("learnerId");

-- CreateIndex
CREATE INDEX "Grade_basis_idx" ON "Grade"("basis");

-- CreateIndex
CREATE INDEX "GradeChange_learnerId_idx" ON "GradeChange"("learnerId");

-- AddForeignKey
ALTER TABLE "Grade" ADD CONSTRAINT "Grade_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Grade" ADD CONSTRAINT "Grade_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GradeChange" ADD CONSTRAINT "GradeChange_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GradeChange" ADD CONSTRAINT "GradeChange_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
