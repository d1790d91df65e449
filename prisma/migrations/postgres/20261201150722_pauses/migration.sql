-- AlterTable
ALTER TABLE "Machine" ADD COLUMN     "pausedBy" TEXT,
ADD COLUMN     "pausedUntil" TIMESTAMP(3);
