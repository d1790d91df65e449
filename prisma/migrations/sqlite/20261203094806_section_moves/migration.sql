-- AlterTable
ALTER TABLE "CourseMember" ADD COLUMN "movedAt" DATETIME;
ALTER TABLE "CourseMember" ADD COLUMN "movedById" TEXT;
