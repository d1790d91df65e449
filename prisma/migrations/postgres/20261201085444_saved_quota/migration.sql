-- AlterTable
ALTER TABLE "Quota" ADD COLUMN     "savedBytes" BIGINT;
