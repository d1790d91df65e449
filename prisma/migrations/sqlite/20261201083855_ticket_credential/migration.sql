-- AlterTable
ALTER TABLE "TerminalTicket" ADD COLUMN "openedWith" TEXT;
