-- AlterTable
ALTER TABLE "Machine" ADD COLUMN "pausedBy" TEXT;
ALTER TABLE "Machine" ADD COLUMN "pausedUntil" DATETIME;
