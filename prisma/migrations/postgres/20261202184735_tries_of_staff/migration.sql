-- AlterTable
ALTER TABLE "ShownHint" DROP CONSTRAINT "ShownHint_pkey",
ADD COLUMN     "trial" BOOLEAN NOT NULL DEFAULT false,
ADD CONSTRAINT "ShownHint_pkey" PRIMARY KEY ("learnerId", "labSlug", "assignmentId", "trial", "stepId", "hintId");

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

-- AlterTable
ALTER TABLE "AssignmentWork" DROP COLUMN "trial";
