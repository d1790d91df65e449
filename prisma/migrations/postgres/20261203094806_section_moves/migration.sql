-- AlterEnum
ALTER TYPE "GradeCause" ADD VALUE 'section';

-- AlterTable
ALTER TABLE "CourseMember" ADD COLUMN     "movedAt" TIMESTAMP(3),
ADD COLUMN     "movedById" TEXT;
