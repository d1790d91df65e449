-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_ShownHint" (
    "learnerId" TEXT NOT NULL,
    "labSlug" TEXT NOT NULL,
    "assignmentId" TEXT NOT NULL DEFAULT '',
    "trial" BOOLEAN NOT NULL DEFAULT false,
    "stepId" TEXT NOT NULL,
    "hintId" TEXT NOT NULL,
    "cost" REAL NOT NULL,
    "shownAt" DATETIME NOT NULL,

    PRIMARY KEY ("learnerId", "labSlug", "assignmentId", "trial", "stepId", "hintId"),
    CONSTRAINT "ShownHint_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_ShownHint" ("assignmentId", "cost", "hintId", "labSlug", "learnerId", "shownAt", "stepId") SELECT "assignmentId", "cost", "hintId", "labSlug", "learnerId", "shownAt", "stepId" FROM "ShownHint";
DROP TABLE "ShownHint";
ALTER TABLE "new_ShownHint" RENAME TO "ShownHint";
-- What staff tried has run 0
UPDATE "Session" SET "run" = 0, "activeKey" = REPLACE("activeKey", ':assignment:', ':trial:')
WHERE ("assignmentId", "learnerId") IN (SELECT "assignmentId", "learnerId" FROM "AssignmentWork" WHERE "trial");
UPDATE "Attempt" SET "run" = 0
WHERE ("assignmentId", "learnerId") IN (SELECT "assignmentId", "learnerId" FROM "AssignmentWork" WHERE "trial");
DELETE FROM "Progress"
WHERE ("assignmentId", "learnerId") IN (SELECT "assignmentId", "learnerId" FROM "AssignmentWork" WHERE "trial")
  AND "run" < (
    SELECT MAX("later"."run") FROM "Progress" AS "later"
    WHERE "later"."learnerId" = "Progress"."learnerId" AND "later"."labSlug" = "Progress"."labSlug"
      AND "later"."assignmentId" = "Progress"."assignmentId" AND "later"."stepId" = "Progress"."stepId"
  );
UPDATE "Progress" SET "run" = 0
WHERE ("assignmentId", "learnerId") IN (SELECT "assignmentId", "learnerId" FROM "AssignmentWork" WHERE "trial");
UPDATE "ShownHint" SET "trial" = true
WHERE ("assignmentId", "learnerId") IN (SELECT "assignmentId", "learnerId" FROM "AssignmentWork" WHERE "trial");
DELETE FROM "AssignmentWork" WHERE "trial";

-- RedefineTables
CREATE TABLE "new_AssignmentWork" (
    "assignmentId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "runs" INTEGER NOT NULL,
    "startedAt" DATETIME NOT NULL,

    PRIMARY KEY ("assignmentId", "learnerId"),
    CONSTRAINT "AssignmentWork_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "AssignmentWork_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_AssignmentWork" ("assignmentId", "learnerId", "runs", "startedAt") SELECT "assignmentId", "learnerId", "runs", "startedAt" FROM "AssignmentWork";
DROP TABLE "AssignmentWork";
ALTER TABLE "new_AssignmentWork" RENAME TO "AssignmentWork";
CREATE INDEX "AssignmentWork_learnerId_idx" ON "AssignmentWork"("learnerId");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
