-- RenameColumn
ALTER TABLE "Machine" RENAME COLUMN "engineId" TO "containerId";
