-- What labs called their course is a collection of labs.
ALTER TABLE "RecordedCourse" RENAME TO "RecordedCollection";
ALTER TABLE "RecordedCollection" RENAME CONSTRAINT "RecordedCourse_pkey" TO "RecordedCollection_pkey";
ALTER TABLE "RecordedCollection" RENAME COLUMN "course" TO "collection";
ALTER TABLE "Session" RENAME COLUMN "course" TO "collection";
UPDATE "Quota" SET "subject" = 'collection:' || substr("subject", 8) WHERE "subject" LIKE 'course:%';
