-- AlterTable
ALTER TABLE "Course" ADD COLUMN "recorded" BOOLEAN NOT NULL DEFAULT false;
