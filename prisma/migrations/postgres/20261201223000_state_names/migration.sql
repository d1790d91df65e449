-- RenameValues
ALTER TYPE "SavedStateState" RENAME VALUE 'making' TO 'creating';
ALTER TYPE "SavedStateState" RENAME VALUE 'whole' TO 'complete';
ALTER TYPE "WarmState" RENAME VALUE 'making' TO 'creating';
ALTER TYPE "WarmState" RENAME VALUE 'leaving' TO 'removing';
