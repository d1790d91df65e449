-- RenameValues
UPDATE "SavedState" SET "state" = 'creating' WHERE "state" = 'making';
UPDATE "SavedState" SET "state" = 'complete' WHERE "state" = 'whole';
UPDATE "WarmEnvironment" SET "state" = 'creating' WHERE "state" = 'making';
UPDATE "WarmEnvironment" SET "state" = 'removing' WHERE "state" = 'leaving';
